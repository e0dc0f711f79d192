"""The calibration curve against shares counted by hand."""

import json

import numpy as np
import pytest

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from pages.ui.common.charts import calibration_chart

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
TRUE = np.array([True, True, False, True, False, False])
# From the highest score down, true and false positives: 1 0, 2 0, 2 1, 3 1, 3 2, 3 3.
RANKED = RankedScores(SCORES, TRUE)


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
