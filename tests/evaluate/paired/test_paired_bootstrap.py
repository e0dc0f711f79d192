"""Paired bootstrap of two resamples, by hand."""

import math

import numpy as np
import pytest

from meddx.evaluate.paired.paired_bootstrap import resampled_difference

BOTH = np.array([1.0, 0.0]), np.array([0.0, 0.0])
WEIGHTS = np.array([[2.0, 0.0], [0.0, 2.0]])


def mean(scored, weights):
    return weights @ scored / weights.sum(axis=1)


def test_interval_and_p_value_are_students_with_the_bootstraps_standard_error():
    found = resampled_difference(mean, BOTH, [WEIGHTS], patients=2)
    # The resamples differ by 1 and 0: standard error sqrt(1/2), times sqrt(2 / 1) for two patients, is 1.
    assert (found.first, found.second, found.n) == (0.5, 0, 2)
    reach = math.tan(math.pi * 0.475)  # Student's t with one degree of freedom is Cauchy's
    assert (found.low, found.high) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert found.p == pytest.approx(1 - 2 * math.atan(0.5) / math.pi)
    assert found.test == "paired bootstrap, 2 resamples"


def test_the_patients_in_whom_systems_differ_give_the_freedom():
    def width(deciding):
        found = resampled_difference(mean, BOTH, [WEIGHTS], patients=2, deciding=deciding)
        return found.high - found.low

    assert width(2) == pytest.approx(width(None))
    assert width(3) / width(2) == pytest.approx(4.302653 / 12.706205)
    assert width(0) == pytest.approx(width(2))


def test_resamples_that_all_say_the_same_have_no_interval():
    found = resampled_difference(mean, (BOTH[0], BOTH[0]), [WEIGHTS], patients=2)
    assert (found.p, math.isnan(found.low), math.isnan(found.high)) == (1, True, True)
    shifted = resampled_difference(mean, (BOTH[0] + 1, BOTH[0]), [WEIGHTS], patients=2)
    assert shifted.first - shifted.second == 1
    assert math.isnan(shifted.p)


def test_a_metric_that_most_resamples_leave_undefined_has_no_interval():
    def fragile(scored, weights):
        return np.where(weights[:, 0] == 1, mean(scored, weights), np.nan)

    found = resampled_difference(fragile, BOTH, [WEIGHTS], patients=1)
    assert (found.first, found.second) == (0.5, 0)
    assert np.isnan([found.low, found.high, found.p]).all()
    assert found.test == "paired bootstrap over patients, 2 resamples"


def test_blocks_of_resamples_give_what_all_at_once_give():
    weights = np.random.default_rng(0).multinomial(2, [0.5, 0.5], 20).astype(float)
    whole = resampled_difference(mean, BOTH, [weights], patients=2)
    assert resampled_difference(mean, BOTH, np.split(weights, [3, 4, 17]), patients=2) == whole
