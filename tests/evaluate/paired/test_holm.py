"""Holm's correction as R's p.adjust documents it."""

import numpy as np
import pytest

from meddx.evaluate.paired.holm import holm_adjusted


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([0.01, 0.02, 0.03, 0.04], [0.04, 0.06, 0.06, 0.06]),
        ([0.04, 0.01, 0.03], [0.06, 0.03, 0.06]),
        ([0.6, 0.7], [1.0, 1.0]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # en.wikipedia.org/wiki/Holm-Bonferroni_method
        ([0.02], [0.02]),
    ],
)
def test_by_hand(p, adjusted):
    assert holm_adjusted(p) == pytest.approx(adjusted)


def test_what_was_not_tested_is_not_counted():
    found = holm_adjusted([0.02, float("nan"), 0.03])
    assert (found[0], found[2]) == pytest.approx((0.04, 0.04))
    assert np.isnan(found[1])
