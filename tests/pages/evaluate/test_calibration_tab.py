"""The sentence on single-label prediction sets."""

import math

from meddx.evaluate.estimates import Estimate
from meddx.evaluate.prediction_sets import PredictionSets
from pages.ui.evaluate.calibration_tab import single_label_sentence


def sets(n):
    value = 0.9 if n else math.nan
    return PredictionSets(
        0.9,
        {},
        None,
        1.2,
        Estimate(n / 50, 0.4, 0.6, "", 50, None, True),
        Estimate(value, 0.8, 0.95, "", n, None, True),
    )


def test_single_labels_are_counted_with_how_often_they_are_correct():
    assert single_label_sentence(sets(20)) == (
        "40.0\N{NO-BREAK SPACE}% of cases get a single label, correct in "
        "90.0\N{NO-BREAK SPACE}% (80.0 to 95.0\N{NO-BREAK SPACE}%, n 20)."
    )
    assert single_label_sentence(sets(0)) == "No case gets a single label."
