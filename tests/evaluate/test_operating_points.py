"""Sensitivity at a specificity and the other way round, by hand and against scikit-learn."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_curve

from meddx.errors import Refused
from meddx.evaluate.operating_points import sensitivity_at_specificity, specificity_at_sensitivity

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
ILL = np.array([True, False, True, True, False, False, False])


def test_seven_cases_by_hand():
    strict = sensitivity_at_specificity(SCORES, ILL, np.arange(7), 1.0, resamples=50)
    assert (strict.reached.value, strict.kept, strict.threshold) == (pytest.approx(1 / 3), 1.0, 0.9)
    loose = sensitivity_at_specificity(SCORES, ILL, np.arange(7), 0.75, resamples=50)
    assert (loose.reached.value, loose.kept, loose.threshold) == (1.0, 0.75, 0.6)
    back = specificity_at_sensitivity(SCORES, ILL, np.arange(7), 0.9, resamples=50)
    assert (back.reached.value, back.kept, back.threshold) == (0.75, 1.0, 0.6)
    half = specificity_at_sensitivity(SCORES, ILL, np.arange(7), 0.3, resamples=50)
    assert (half.reached.value, half.kept, half.threshold) == (1.0, pytest.approx(1 / 3), 0.9)


def test_values_are_the_corners_of_the_curve_of_scikit_learn():
    generator = np.random.default_rng(0)
    ill = generator.random(300) < 0.4
    scores = np.round(generator.normal(size=300) + ill, 1)  # ties
    false, hits, _ = roc_curve(ill, scores, drop_intermediate=False)
    for asked in (0.5, 0.8, 0.9, 0.95):
        one = sensitivity_at_specificity(scores, ill, np.arange(300), asked, resamples=20)
        assert one.reached.value == pytest.approx(hits[1 - false >= asked - 1e-9].max())
        assert one.reached.value == pytest.approx((scores[ill] >= one.threshold).mean())
        assert one.kept == pytest.approx((scores[~ill] < one.threshold).mean())
        other = specificity_at_sensitivity(scores, ill, np.arange(300), asked, resamples=20)
        assert other.reached.value == pytest.approx(1 - false[hits >= asked - 1e-9].min())
        assert other.reached.value == pytest.approx((scores[~ill] < other.threshold).mean())


def test_where_the_threshold_is_certain_the_interval_is_that_of_a_proportion():
    # All without score 0, 45 of 60 with score 1: Agresti and Coull's interval of 45 / 60.
    ill = np.arange(200) < 60
    found = sensitivity_at_specificity((np.arange(200) < 45).astype(float), ill, np.arange(200), 0.9, resamples=4000)
    share = (45 + 1.96**2 / 2) / (60 + 1.96**2)
    reach = 1.96 * (60 * 0.75 * 0.25) ** 0.5 / (60 + 1.96**2)
    assert (found.reached.low, found.reached.high) == pytest.approx((share - reach, share + reach), abs=0.01)


def test_a_perfect_model_keeps_an_interval_and_images_of_a_patient_count_once():
    ill = np.arange(80) < 40
    perfect = sensitivity_at_specificity(ill.astype(float), ill, np.arange(80), 0.95, resamples=500)
    assert perfect.reached.low < 0.97
    assert perfect.reached.high == 1.0
    generator = np.random.default_rng(1)
    scores = generator.normal(size=80) + 1.5 * ill
    once = sensitivity_at_specificity(scores, ill, np.arange(80), 0.8)
    three = sensitivity_at_specificity(np.repeat(scores, 3), np.repeat(ill, 3), np.repeat(np.arange(80), 3), 0.8)
    assert three.reached.value == once.reached.value
    assert three.reached.high - three.reached.low == pytest.approx(once.reached.high - once.reached.low, rel=0.1)


def test_intervals_hold():
    generator = np.random.default_rng(2)
    true = float(norm.sf(norm.ppf(0.9) - 1.8))
    held = []
    for seed in range(150):
        ill = generator.random(200) < 0.3
        scores = generator.normal(size=200) + 1.8 * ill
        found = sensitivity_at_specificity(scores, ill, np.arange(200), 0.9, resamples=200, seed=seed).reached
        held.append(found.low <= true <= found.high)
    assert np.mean(held) >= 0.9


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(Refused, match="with and without"):
        sensitivity_at_specificity(SCORES, np.ones(7, bool), np.arange(7), 0.9)
    for asked in (0, 1.2, float("nan")):
        with pytest.raises(Refused, match="share above 0"):
            specificity_at_sensitivity(SCORES, ILL, np.arange(7), asked)
