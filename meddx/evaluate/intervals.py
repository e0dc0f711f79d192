"""95 % intervals: Wilson's, by influence functions on the logit or log scale, and the clustered bootstrap."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
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


def clustered_bootstrap(
    statistics: Callable[[NDArray[np.intp]], dict[str, float]],
    groups: Sequence[str],
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return percentile intervals of several statistics at once, resampling whole patients (Field and Welsh 2007).

    statistics: row numbers (with repeats) -> named values; NaN where a resample does not define one.
    groups: (n,) patient of every row. The same seed gives the same intervals.
    """
    value = statistics(np.arange(len(groups)))
    _, member = np.unique(np.asarray(groups), return_inverse=True)
    rows_of = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1])
    generator = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in value}
    for _ in range(resamples):
        chosen = generator.integers(0, len(rows_of), len(rows_of))
        for name, one in statistics(np.concatenate([rows_of[group] for group in chosen])).items():
            drawn[name].append(one)
    method = f"percentile bootstrap over {len(rows_of)} patients, {resamples} resamples"
    intervals = {}
    for name, values in drawn.items():
        defined = [one for one in values if not math.isnan(one)]
        low, high = np.percentile(defined, [2.5, 97.5]) if defined else (np.nan, np.nan)
        intervals[name] = Interval(value[name], float(low), float(high), method)
    return intervals
