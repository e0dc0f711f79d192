"""The precision-recall curve against points counted by hand."""

import numpy as np
import pytest

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from pages.ui.common.charts import precision_recall_chart

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
TRUE = np.array([True, True, False, True, False, False])
# From the highest score down, true and false positives: 1 0, 2 0, 2 1, 3 1, 3 2, 3 3.
RANKED = RankedScores(SCORES, TRUE)


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
