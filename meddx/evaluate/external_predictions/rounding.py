"""Check whether rounded probabilities of exclusive labels sum to one."""

import numpy as np
from numpy.typing import NDArray

SUM_TOLERANCE = 1e-3
"""Smallest tolerance of the sums, whatever the number of decimals in the file."""


def sum_to_one(probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each row sums to one within its rounding, bool (n,).

    probabilities: (n, labels). Of k numbers rounded to d decimals, the sum is a whole number of units 10^-d and off by
    at most k/2 of them; by exactly k/2 only when all were halfway.
    """
    labels = probabilities.shape[1]
    decimals = _decimals(probabilities)
    units = labels // 2 if decimals >= 2 else (labels - 1) // 2
    tolerance = max(SUM_TOLERANCE, units * 10.0**-decimals) if 0 < decimals <= 3 else SUM_TOLERANCE
    return np.asarray(np.abs(probabilities.sum(axis=1) - 1) <= tolerance + 1e-9)


def _decimals(values: NDArray[np.float64]) -> int:
    """Return the number of decimals of the values, 4 for more than three."""
    finite = values[np.isfinite(values)]
    for decimals in range(4):
        scaled = finite * 10**decimals
        if np.allclose(scaled, np.round(scaled), rtol=0, atol=1e-6):
            return decimals
    return 4
