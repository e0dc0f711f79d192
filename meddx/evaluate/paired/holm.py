"""Adjust p-values for multiple tests by Holm's method."""

from collections.abc import Sequence

import numpy as np


def holm_adjusted(p: Sequence[float]) -> list[float]:
    """Return the step-down adjusted p-values of Holm 1979 (Scand J Stat 6:65).

    NaN stays NaN and is not counted as a test.
    """
    values = np.asarray(p, np.float64)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    adjusted = np.full(len(values), np.nan)
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * values[order]))
    return adjusted.tolist()
