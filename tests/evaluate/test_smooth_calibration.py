"""The smooth curve and its indices by hand and on a known miscalibration."""

import numpy as np
import pytest
from scipy.special import expit, logit

from meddx.evaluate.smooth_calibration import _knots, _spline, smooth_calibration


def test_two_risks_by_hand():
    # 60 told .3, of whom 24 are ill (.1 off), and 40 told .8, of whom 30 are (.05 off): the line fits both.
    said = np.repeat([0.3, 0.8], [60, 40])
    ill = np.concatenate([np.arange(60) < 24, np.arange(40) < 30])
    found = smooth_calibration(said, ill, np.arange(100), resamples=100)
    assert found.probability == pytest.approx([0.3, 0.8])
    assert found.observed == pytest.approx([0.4, 0.75])
    # The logit of 24 of 60 has standard error sqrt(1 / (60 x .4 x .6)).
    reach = 1.96 / (60 * 0.24) ** 0.5
    assert (found.low[0], found.high[0]) == pytest.approx(expit(logit(0.4) + np.array([-reach, reach])), abs=1e-4)
    assert found.ici.value == pytest.approx(0.6 * 0.1 + 0.4 * 0.05)
    assert (found.e50.value, found.e90.value) == (pytest.approx(0.1), pytest.approx(0.1))
    assert found.ici.low < found.ici.value < found.ici.high


def test_indices_of_a_known_curve():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=30_000)
    true = expit(2 * logits - 0.5)
    found = smooth_calibration(expit(logits), generator.random(30_000) < true, np.arange(30_000), resamples=5)
    distance = np.abs(true - expit(logits))
    assert found.ici.value == pytest.approx(distance.mean(), abs=0.005)
    assert found.e50.value == pytest.approx(np.quantile(distance, 0.5), abs=0.01)
    assert found.e90.value == pytest.approx(np.quantile(distance, 0.9), abs=0.01)
    assert found.observed == pytest.approx(expit(2 * logit(found.probability) - 0.5), abs=0.03)


def test_a_curve_that_bends_is_followed():
    generator = np.random.default_rng(1)
    said = generator.uniform(0.02, 0.98, 20_000)
    true = said**2  # a straight line on the logit scale would be off by more than .02
    found = smooth_calibration(said, generator.random(20_000) < true, np.arange(20_000), resamples=5)
    inside = (found.probability > 0.05) & (found.probability < 0.95)
    assert np.abs(found.observed - found.probability**2)[inside].max() < 0.025
    assert found.ici.value == pytest.approx(np.mean(said - true), abs=0.01)


def test_the_spline_is_smooth_and_straight_beyond_its_outer_knots():
    logits = np.random.default_rng(2).normal(size=500)
    knots = _knots(logits)
    assert len(knots) == 5
    outside = np.linspace(knots[-1], knots[-1] + 3, 50)
    assert np.abs(np.diff(_spline(outside, knots), n=2, axis=0)).max() < 1e-9
    near = np.array([[knot - 1e-6, knot + 1e-6] for knot in knots])
    assert _spline(near[:, 0], knots) == pytest.approx(_spline(near[:, 1], knots), abs=1e-4)


def test_a_calibrated_model_is_near_and_what_cannot_be_fitted_is_none():
    generator = np.random.default_rng(3)
    said = expit(generator.normal(size=5000))
    found = smooth_calibration(said, generator.random(5000) < said, np.arange(5000), resamples=20)
    assert found.ici.value < 0.02
    assert smooth_calibration(said, np.ones(5000, bool), np.arange(5000)) is None
    assert smooth_calibration(said, said > 0.5, np.arange(5000)) is None
    tied = smooth_calibration(np.full(50, 0.5), np.arange(50) < 10, np.arange(50), resamples=50)
    assert (tied.observed.tolist(), tied.ici.value) == ([pytest.approx(0.2)], pytest.approx(0.3))


def test_images_of_one_patient_are_resampled_together():
    generator = np.random.default_rng(4)
    said = expit(generator.normal(size=150))
    ill = generator.random(150) < said
    once = smooth_calibration(said, ill, np.arange(150), resamples=200)
    four = smooth_calibration(np.repeat(said, 4), np.repeat(ill, 4), np.repeat(np.arange(150), 4), resamples=200)
    assert four.ici.value == pytest.approx(once.ici.value, abs=0.003)
    assert np.mean(four.high - four.low) == pytest.approx(np.mean(once.high - once.low), rel=0.25)
    assert four.ici.high - four.ici.low == pytest.approx(once.ici.high - once.ici.low, rel=0.3)
