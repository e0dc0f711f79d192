"""Calibration slope and intercept by hand and against scikit-learn."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from meddx.evaluate.calibration_slope import calibration_intercept, calibration_slope
from meddx.evaluate.intervals import Interval


@dataclass(frozen=True)
class Line:
    slope: Interval
    intercept: Interval


def line(*given):
    return Line(calibration_slope(*given), calibration_intercept(*given))


def two_risks(copies=1):
    """Fifty told expit(1) of whom 40 are ill, and fifty told expit(-1) of whom 10 are."""
    said = np.repeat(expit([1.0, -1.0]), 50)
    ill = np.tile(np.arange(50), 2) < np.repeat([40, 10], 50)
    return np.repeat(said, copies), np.repeat(ill, copies), np.repeat(np.arange(100), copies)


@pytest.mark.parametrize("copies", [1, 4])
def test_two_risks_by_hand(copies):
    found = line(*two_risks(copies))
    # Slope: (logit .8 - logit .2) / 2; each logit has variance 1 / (50 x .8 x .2), so the slope (.125 + .125) / 4.
    reach = 1.96 * 0.25
    assert found.slope.value == pytest.approx(math.log(4))
    assert (found.slope.low, found.slope.high) == pytest.approx((math.log(4) - reach, math.log(4) + reach), rel=0.02)
    # Intercept: as many are ill as told. Its variance is not that of what was told, but of what came true: 80 calls
    # were right and 20 wrong.
    information = 100 * float(expit(1) * expit(-1))
    squares = 80 * float(expit(-1)) ** 2 + 20 * float(expit(1)) ** 2
    assert found.intercept.value == pytest.approx(0, abs=1e-9)
    assert found.intercept.high == pytest.approx(1.96 * squares**0.5 / information, rel=0.02)


def test_slope_is_that_of_scikit_learn():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=400)
    ill = generator.random(400) < expit(0.5 + 0.6 * logits)
    found = line(expit(logits), ill, np.arange(400))
    fit = LogisticRegression(C=np.inf, tol=1e-10).fit(logits[:, None], ill)
    assert found.slope.value == pytest.approx(fit.coef_[0, 0], rel=1e-5)
    assert found.slope.high < 1
    assert found.intercept.low > 0


def test_what_cannot_be_fitted_is_not_a_number():
    said = np.linspace(0.1, 0.9, 40)
    separated = line(said, said > 0.5, np.arange(40))
    assert math.isnan(separated.slope.value)
    assert separated.intercept.low < separated.intercept.value < separated.intercept.high
    one_kind = line(said, np.ones(40, bool), np.arange(40))
    assert np.isnan([one_kind.slope.value, one_kind.intercept.value]).all()
    one_score = line(np.full(40, 0.5), np.arange(40) < 10, np.arange(40))
    assert math.isnan(one_score.slope.value)
    assert one_score.intercept.value == pytest.approx(float(logit(0.25)))


def test_certain_probabilities_do_not_break_it():
    generator = np.random.default_rng(1)
    said = np.concatenate([[0.0, 1.0], generator.random(200)])
    ill = np.concatenate([[True, False], generator.random(200) < said[2:]])
    found = line(said, ill, np.arange(202))
    assert found.slope.value < 0.5  # one called impossible came true, one called certain did not
    assert found.slope.low < found.slope.value < found.slope.high


def test_intervals_hold():
    """Probabilities are too sure, so that the slope at which the intercept is held is another than the true one."""
    generator = np.random.default_rng(2)
    slopes, intercepts = [], []
    everyone = generator.normal(size=100_000)
    true = calibration_intercept(expit(2 * everyone), generator.random(100_000) < expit(everyone), np.arange(100_000))
    for _ in range(300):
        logits = generator.normal(size=150)
        ill = generator.random(150) < expit(logits)
        found = line(expit(2 * logits), ill, np.arange(150))
        slopes.append(found.slope.low <= 0.5 <= found.slope.high)
        intercepts.append(found.intercept.low <= true.value <= found.intercept.high)
    assert 0.92 <= np.mean(slopes) <= 0.98
    assert 0.92 <= np.mean(intercepts) <= 0.98


def test_certain_probabilities_of_one_kind_alone_have_no_line():
    """The information vanishes only at the last step."""
    certain = line(np.array([1 - 2**-52, 1.0]), np.ones(2, bool), np.arange(2))
    assert np.isnan([certain.slope.value, certain.intercept.value]).all()
