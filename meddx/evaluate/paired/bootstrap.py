"""Paired bootstrap over patients: both systems on the same resample, so that what they share cancels."""

from collections.abc import Callable

import numpy as np
from scipy.stats import norm

from meddx.evaluate.intervals import Z
from meddx.evaluate.paired.difference import Found
from meddx.evaluate.paired.weighted import Array, Asked


def resampled_difference(
    metric: Callable[[Asked, Array], Array], both: tuple[Asked, Asked], weights: Array, single: bool
) -> Found:
    """Difference of any metric of (what it is of, weights). weights: (resamples, n); single: no patient repeats.

    Normal with the bootstrap's standard error (Efron and Tibshirani 1993, ch. 13.3): unlike percentiles, interval and
    p-value then say the same, and small p-values do not end at 1 / resamples, which Holm's correction needs. NaN where
    more than half of the resamples leave the metric undefined.
    """
    once = np.ones((1, weights.shape[1]))
    first, second = (float(metric(one, once)[0]) for one in both)
    difference = first - second
    drawn = metric(both[0], weights) - metric(both[1], weights)
    drawn = drawn[np.isfinite(drawn)]
    test = f"paired bootstrap{'' if single else ' over patients'}, {len(weights)} resamples"
    n = weights.shape[1]
    if len(drawn) < len(weights) / 2 or not np.isfinite(difference):
        return Found(first, second, float("nan"), float("nan"), float("nan"), test, n)
    error = float(drawn.std(ddof=1))
    if error == 0:
        return Found(first, second, difference, difference, 1.0 if difference == 0 else float("nan"), test, n)
    p = float(2 * norm.sf(abs(difference) / error))
    return Found(first, second, difference - Z * error, difference + Z * error, p, test, n)
