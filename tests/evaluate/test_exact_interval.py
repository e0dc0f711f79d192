"""Clopper and Pearson's interval against a published table."""

import pytest
from scipy.stats import binom

from meddx.evaluate.exact_interval import PROPORTION_INTERVALS, clopper_pearson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_the_four_examples_of_newcombe_1998(successes, n, low, high):
    # Newcombe 1998 (Stat Med 17:857), table I, method 5.
    found = clopper_pearson(successes, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    mirrored = clopper_pearson(n - successes, n)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low))


def test_it_holds_at_least_95_percent_of_the_time_and_wilson_need_not():
    for true in (0.02, 0.1, 0.37, 0.5, 0.93):
        held = dict.fromkeys(PROPORTION_INTERVALS, 0.0)
        for k in range(41):
            for name, interval in PROPORTION_INTERVALS.items():
                found = interval(k, 40)
                held[name] += float(binom.pmf(k, 40, true)) * (found.low <= true <= found.high)
        assert held["clopper-pearson"] >= 0.95
        assert held["wilson"] > 0.9
