"""The exact interval of a proportion, an alternative to Wilson's."""

import math
from collections.abc import Callable

from scipy.stats import beta

from meddx.evaluate.intervals import Interval, wilson


def clopper_pearson(successes: float, n: float) -> Interval:
    """Return the exact 95 % interval of a proportion, whose coverage is at least 95 %.

    Clopper and Pearson 1934 (Biometrika 26:404). Independent cases, n > 0. Where patients repeat, n is the effective
    number and `successes` the same share of it (Korn and Graubard 1998, Surv Methodol 24:193). It is wider than
    Wilson's, whose coverage is 95 % on average.
    """
    low = float(beta.ppf(0.025, successes, n - successes + 1)) if successes > 0 else 0.0
    high = float(beta.ppf(0.975, successes + 1, n - successes)) if successes < n else 1.0
    return Interval(successes / n if n else math.nan, low, high, "Clopper-Pearson")


PROPORTION_INTERVALS: dict[str, Callable[[float, float], Interval]] = {
    "wilson": wilson,
    "clopper-pearson": clopper_pearson,
}
"""Intervals of (successes, n) that can be asked for by name; Wilson's is the default."""
