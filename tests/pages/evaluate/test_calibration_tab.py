"""The sentence on single-label prediction sets."""

import math

import numpy as np

from meddx.evaluate import curves
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.prediction_sets import PredictionSets
from meddx.evaluate.smooth_calibration import smooth_calibration
from pages.ui.common.charts.calibration_chart import calibration_figure
from pages.ui.evaluate.calibration_tab import calibration_metrics, single_label_sentence
from tests.pages.evaluate.states import state


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


def drawn(n=300):
    generator = np.random.default_rng(0)
    said = generator.uniform(0.05, 0.95, n)
    return said, generator.random(n) < said


def test_the_smooth_curve_and_its_band_are_drawn_over_the_bins():
    said, ill = drawn()
    bins, smooth = curves.calibration_curve(said, ill), smooth_calibration(said, ill, np.arange(300), resamples=20)
    plain, both = calibration_figure({"A": bins}), calibration_figure({"A": bins}, {"A": smooth})
    assert len(both["data"]) == len(plain["data"]) + 2
    band, line = both["data"][-2:]
    assert line["y"] == smooth.observed.tolist()
    assert band["y"] == [*smooth.high, *smooth.low[::-1]]
    assert both["data"][1]["mode"] == "markers"


def test_slope_intercept_and_indices_are_listed():
    said, ill = drawn()
    of = state()
    smooth = smooth_calibration(said, ill, np.arange(300), resamples=20)
    table = calibration_metrics(of, "ILL", None)
    assert "Calibration slope" in table
    assert "ICI" not in table.replace("makes ICI", "")
    with_curve = calibration_metrics(of, "ILL", smooth)
    assert f"<b>{smooth.ici.value:.3f}</b>" in with_curve
    assert all(f">{name}</th>" in with_curve for name in ("ICI", "E50", "E90"))
