"""The ROC curve against points counted by hand."""

import json

import numpy as np
import pytest

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from pages.ui.common.charts import roc_chart

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
TRUE = np.array([True, True, False, True, False, False])
# From the highest score down, true and false positives: 1 0, 2 0, 2 1, 3 1, 3 2, 3 3.
RANKED = RankedScores(SCORES, TRUE)


def test_a_roc_curve_goes_through_the_points_counted_by_hand():
    figure = roc_chart.roc_figure({"model": curves.roc(RANKED)}, {"model": (1 / 3, 1.0)})
    json.dumps(figure, allow_nan=False)  # what cannot be sent is not drawn
    curve, mark = figure["data"][1:]
    assert curve["x"] == pytest.approx([0, 0, 0, 1 / 3, 1 / 3, 2 / 3, 1])
    assert curve["y"] == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3, 1, 1, 1])
    assert curve["customdata"][1:] == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
    assert (mark["x"], mark["y"]) == ([1 / 3], [1.0])


def test_the_roc_table_reads_the_best_sensitivity_that_keeps_the_specificity():
    rows = {row["Specificity at least"]: row for row in roc_chart.roc_rows({"model": curves.roc(RANKED)})}
    assert rows["0.99"] == {"Specificity at least": "0.99", "Sensitivity": "0.667", "Threshold": "0.800"}
    assert rows["0.50"]["Sensitivity"] == "1.000"
    assert rows["0.50"]["Threshold"] == "0.600"


def test_several_models_are_told_apart_by_name_colour_and_dash():
    several = {"one": curves.roc(RANKED), "two": curves.roc(RankedScores(SCORES[::-1], TRUE))}
    one, two = roc_chart.roc_figure(several)["data"][1:]
    assert (one["name"], two["name"]) == ("one", "two")
    assert one["line"]["color"] != two["line"]["color"]
    assert one["line"]["dash"] != two["line"]["dash"]
    assert {row[""] for row in roc_chart.roc_rows(several)} == {"one", "two"}


def test_the_table_says_where_there_are_no_positive_predictions():
    backwards = curves.roc(RankedScores(SCORES, ~TRUE))
    assert roc_chart.roc_rows({"model": backwards})[0]["Threshold"] == "no positive predictions"
