"""Compute 95 % intervals: Wilson's, and by influence functions on the logit or log scale."""

import math
from dataclasses import dataclass

from scipy.special import expit, stdtrit

from meddx.evaluate.influence_functions import VarianceEstimate

Z = 1.959963984540054
"""97.5th percentile of the standard normal distribution."""


LOGIT = "influence functions on the logit scale"
LOG = "influence functions on the log scale"


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval and the method that gave it."""

    value: float
    low: float
    high: float
    method: str


def quantile(freedom: float) -> float:
    """Return the 97.5th percentile of Student's t distribution with these degrees of freedom."""
    return float(stdtrit(freedom, 0.975)) if math.isfinite(freedom) else Z


def wilson(successes: float, n: float, freedom: float = math.inf) -> Interval:
    """Return Wilson's score interval of a proportion.

    Wilson 1927 (JASA 22:209). Independent cases, n > 0. Where patients repeat, n is the effective number (cases over
    the design effect, Kish 1965), `successes` the same share of it, and `freedom` the degrees of freedom of the
    variance that the design effect came from.
    """
    p, z = successes / n, quantile(freedom)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    return Interval(p, max(0.0, centre - half), min(1.0, centre + half), "Wilson score")


def on_logit_scale(value: float, spread: VarianceEstimate, low: float = 0.0, high: float = 1.0) -> Interval:
    """Return a number between `low` and `high` with its interval, which is symmetric on the logit scale.

    It therefore lies between `low` and `high`. spread: of `value`, in its own units (delta method); Student's t with
    its degrees of freedom. At `low` or `high` itself, where the variance is not informative, the limits are NaN.
    """
    share = (value - low) / (high - low)
    if not 0 < share < 1:
        return Interval(value, math.nan, math.nan, LOGIT)
    half = quantile(spread.freedom) * math.sqrt(spread.variance) / ((high - low) * share * (1 - share))
    centre = math.log(share / (1 - share))
    ends = [low + (high - low) * float(expit(centre + sign * half)) for sign in (-1, 1)]
    return Interval(value, ends[0], ends[1], LOGIT)


def on_log_scale(value: float, spread: VarianceEstimate) -> Interval:
    """Return a number above 0 with its interval, which is symmetric on the logarithmic scale.

    At 0, where the variance is not informative, the limits are NaN.
    """
    if value <= 0:
        return Interval(value, math.nan, math.nan, LOG)
    factor = math.exp(min(quantile(spread.freedom) * math.sqrt(spread.variance) / value, 700.0))
    return Interval(value, value / factor, value * factor, LOG)
