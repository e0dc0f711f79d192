"""Limits of a difference between two shares."""

import numpy as np
import pytest

from meddx.evaluate.intervals import wilson
from meddx.evaluate.paired.limits import difference_limits


def test_two_that_are_never_wrong_may_differ_by_as_much_as_wilsons_limit_of_none():
    nothing = np.zeros(10)
    perfect = wilson(10, 10)

    def limits(fewer):
        return difference_limits((perfect, perfect), (nothing, nothing), np.arange(10), fewer)

    z2 = 1.959964**2
    assert limits(10) == pytest.approx((-z2 / (10 + z2), z2 / (10 + z2)), abs=1e-6)
    assert limits(5) == pytest.approx((-z2 / (5 + z2), z2 / (5 + z2)), abs=1e-6)


def test_each_end_is_the_wider_of_newcombes_and_students():
    # Newcombe 1998 (Stat Med 17:873), 56/70 - 48/80: Wald 0.0575 to 0.3425, from Wilson's limits 0.0524 to 0.3339.
    patients = np.arange(150)
    first = np.concatenate([(np.arange(70) < 56) - 0.8, np.zeros(80)]) / 70
    second = np.concatenate([np.zeros(70), (np.arange(80) < 48) - 0.6]) / 80
    low, high = difference_limits((wilson(56, 70), wilson(48, 80)), (first, second), patients, 70)
    assert low == pytest.approx(0.0524, abs=5e-5)
    assert high == pytest.approx(0.3425, abs=3e-3)
    assert high > 0.3425


def test_errors_that_both_share_cancel():
    share = (np.arange(100) < 80) - 0.8
    both = wilson(80, 100), wilson(80, 100)
    low, high = difference_limits(both, (share / 100, share / 100), np.arange(100), 100)
    apart = difference_limits(both, (share / 100, share[::-1] / 100), np.arange(100), 100)
    assert (low, high) == pytest.approx((-0.037, 0.037), abs=5e-4)  # Wilson's upper limit of 0 in 100
    assert apart[1] > 2 * high
    assert apart[0] < 2 * low


def test_limits_stay_between_minus_one_and_one():
    nothing = np.zeros(3)
    low, high = difference_limits((wilson(3, 3), wilson(0, 3)), (nothing, nothing), np.arange(3), 3)
    assert 0 < low < high == 1
