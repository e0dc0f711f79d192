"""The exact interval of a proportion, an alternative to Wilson's."""

import math
from collections.abc import Callable

from scipy.stats import beta

from meddx.evaluate.intervals import Interval, Z, quantile, wilson


def clopper_pearson(successes: float, n: float, freedom: float = math.inf) -> Interval:
    """Return the exact 95 % interval of a proportion, whose coverage is at least 95 %.

    Clopper and Pearson 1934 (Biometrika 26:404). Independent cases, n > 0. Where patients repeat, n is the effective
    number, `successes` the same share of it and `freedom` the degrees of freedom of the variance that it came from
    (Korn and Graubard 1998, Surv Methodol 24:193). It is wider than Wilson's, whose coverage is 95 % on average.
    """
    value, fewer = successes / n, (Z / quantile(freedom)) ** 2
    successes, n = successes * fewer, n * fewer
    low = float(beta.ppf(0.025, successes, n - successes + 1)) if successes > 0 else 0.0
    high = float(beta.ppf(0.975, successes + 1, n - successes)) if successes < n else 1.0
    return Interval(value, low, high, "Clopper-Pearson")


ProportionInterval = Callable[[float, float, float], Interval]
"""Interval of a proportion: (successes, n, degrees of freedom) -> Interval."""

PROPORTION_INTERVALS: dict[str, ProportionInterval] = {"wilson": wilson, "clopper-pearson": clopper_pearson}
"""By the name that asks for them; Wilson's is the default."""
