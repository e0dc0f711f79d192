"""ROC, precision-recall, reliability and score charts against numbers counted by hand."""

import json

import numpy as np
import pytest

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from meddx.formatting import SPACE
from pages.ui.common.charts import calibration_chart, precision_recall_chart, roc_chart, score_chart

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
TRUE = np.array([True, True, False, True, False, False])
# From the highest score down, hits and false alarms: 1 0, 2 0, 2 1, 3 1, 3 2, 3 3.
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


def test_the_table_says_where_there_are_no_positive_predictions():
    backwards = curves.roc(RankedScores(SCORES, ~TRUE))
    assert roc_chart.roc_rows({"model": backwards})[0]["Threshold"] == "no positive predictions"


def test_precision_falls_over_recall_as_counted_by_hand():
    figure = precision_recall_chart.precision_recall_figure(
        {"model": curves.precision_recall(RANKED)}, {"model": (1.0, 0.75)}, 0.5
    )
    random, curve, mark = figure["data"]
    assert random["y"] == [0.5, 0.5]
    assert curve["y"] == pytest.approx([1, 1, 2 / 3, 3 / 4, 3 / 5, 3 / 6])
    assert curve["x"] == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1, 1, 1])
    assert (mark["x"], mark["y"]) == ([1.0], [0.75])
    assert (
        precision_recall_chart.precision_recall_rows({"model": curves.precision_recall(RANKED)})[0]["Precision"]
        == "0.750"
    )


def test_several_models_are_told_apart_by_name_colour_and_dash():
    several = {"one": curves.roc(RANKED), "two": curves.roc(RankedScores(SCORES[::-1], TRUE))}
    one, two = roc_chart.roc_figure(several)["data"][1:]
    assert (one["name"], two["name"]) == ("one", "two")
    assert one["line"]["color"] != two["line"]["color"]
    assert one["line"]["dash"] != two["line"]["dash"]
    assert {row[""] for row in roc_chart.roc_rows(several)} == {"one", "two"}


def test_reliability_bins_stand_where_promise_and_outcome_put_them():
    bins = curves.calibration_curve(np.array([0.1, 0.3, 0.6, 0.8]), np.array([False, True, True, True]), bins=2)
    figure = calibration_chart.calibration_figure({"model": bins})
    json.dumps(figure, allow_nan=False)
    _, dots, mass = figure["data"]
    assert dots["x"] == pytest.approx([0.2, 0.7])
    assert dots["y"] == pytest.approx([0.5, 1.0])
    # Bins meet halfway, at 0.45: 0.35 wide each, two cases in both.
    assert [y * width for y, width in zip(mass["y"], mass["width"], strict=True)] == pytest.approx([2, 2])
    assert sum(mass["width"]) == pytest.approx(0.7)
    # Wilson's interval of 1 in 2: 0.0945 to 0.9055 (z = 1.96).
    assert calibration_chart.calibration_rows({"model": bins})[0] == {
        "Predicted": "0.200",
        "Observed": "0.500",
        "95 % interval": "0.095 to 0.905",
        "n": "2",
    }


def test_scores_are_counted_by_group_and_drawn_as_shares_of_it():
    groups = {"ill": SCORES[TRUE], "well": SCORES[~TRUE]}
    figure = score_chart.histogram_figure(score_chart.histogram(groups, bins=2), threshold=0.5, tick=0.4)
    ill, well = figure["data"]
    assert ill["customdata"] == [0, 3]
    assert well["customdata"] == [2, 1]
    assert well["y"] == pytest.approx([2 / 3, 1 / 3])
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [0.4, 0.5]
    assert score_chart.histogram_rows(groups)[-1] == {
        "Score": "0.9 to 1.0",
        "ill": f"1 (33.3{SPACE}%)",
        "well": f"0 (0.0{SPACE}%)",
    }
