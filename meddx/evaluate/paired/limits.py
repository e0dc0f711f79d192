"""Compute 95 % intervals of the difference of two paired proportions or areas that also hold near 1."""

import math

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.influence_functions import by_patient, spread
from meddx.evaluate.intervals import Interval, quantile, wilson


def difference_limits(
    both: tuple[Interval, Interval],
    shares: tuple[NDArray[np.float64], NDArray[np.float64]],
    patients: NDArray[np.int64],
    fewer: int,
) -> tuple[float, float]:
    """Return the limits of the first minus the second, at each end the wider of two intervals.

    both: each with its own interval; shares: (n,) each, contribution of a case to the error of each; patients: (n,)
    from 0; fewer: number of patients of the rarest kind that is counted. Either interval alone is at times too narrow.
    One combines the two intervals (MOVER: Zou and Donner 2008, Stat
    Med 27:1693; for their correlation Newcombe 1998, Stat Med 17:2635), and so holds where the variance vanishes near
    1. The other is Student's t on the difference, with few degrees of freedom where few patients make all of it; where
    none does, its half-width is Wilson's upper limit of 0 of `fewer` patients. Coverage: docs/comparison.md.
    """
    many = int(patients.max()) + 1
    one, other = (by_patient(of, patients, many) for of in shares)
    variances = float(one @ one) * float(other @ other)
    correlation = float(one @ other) / math.sqrt(variances) if variances > 0 else 0.0
    first, second = both
    below = _together(first.value - first.low, second.high - second.value, correlation)
    above = _together(first.high - first.value, second.value - second.low, correlation)
    moved = spread(one - other)
    alone = wilson(0, fewer).high
    if moved.variance > 1e-30:
        alone = quantile(moved.freedom) * math.sqrt(moved.variance)
    difference = first.value - second.value
    return max(-1.0, difference - max(below, alone)), min(1.0, difference + max(above, alone))


def _together(one: float, other: float, correlation: float) -> float:
    """Return the distance of a difference's limit, given those of its two correlated terms."""
    return math.sqrt(max(one**2 + other**2 - 2 * correlation * one * other, 0.0))
