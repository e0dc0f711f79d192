"""An interval for the expected calibration error, which chance alone makes larger than it is."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import erf

from meddx.evaluate.calibration import mass_bins
from meddx.evaluate.influence import Floats, Ranked
from meddx.evaluate.intervals import Interval, quantile

METHOD = "inverted folded normal"


def calibration_interval(ranked: Ranked, patients: NDArray[np.int64], bins: int = 15) -> Interval:
    """Of the mean gap between confidence and truth over bins of equal mass. patients: (n,) numbers from 0.

    The gap of a bin is normal about its true one, so its size is folded normal (Leone et al. 1961, Technometrics
    3:543), larger on average than the true size. The interval holds those multiples of the observed gaps under which
    the observed sum of sizes would be no surprise; it begins at 0 where perfect calibration would be none.
    """
    n = len(ranked.scores)
    sizes, promised, came = mass_bins(ranked, bins)
    gaps = (promised - came) / n
    # One more case at the promised rate keeps a bin in which all or none came true from seeming certain.
    rate = (came + promised / sizes) / (sizes + 1)
    variance = sizes * rate * (1 - rate) / n**2 * _design_effect(ranked, gaps * n / sizes, patients)
    total = float(np.abs(gaps).sum())
    z = quantile(math.inf)

    def surprise(multiple: float, sign: int) -> float:
        mean, spread = _folded(np.abs(gaps) * multiple, variance)
        return mean + sign * z * spread - total

    if total == 0:
        return Interval(0.0, 0.0, 0.0, METHOD)
    low = 0.0 if surprise(0, 1) >= 0 else brentq(surprise, 0, 1, (1,))
    most = 1.0
    while surprise(most, -1) < 0:
        most *= 2
    high = brentq(surprise, 0, most, (-1,)) if surprise(0, -1) < 0 else 0.0
    return Interval(total, low * total, min(1.0, max(high, 1.0) * total), METHOD)


def _folded(mean: Floats, variance: Floats) -> tuple[float, float]:
    """Mean and standard deviation of the sum of |X|, X independent and normal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(variance > 0, mean / np.sqrt(2 * variance), np.inf)
    each = np.sqrt(2 * variance / np.pi) * np.exp(-(ratio**2)) + mean * erf(ratio)
    return float(each.sum()), float(np.sqrt(np.maximum(mean**2 + variance - each**2, 0).sum()))


def _design_effect(ranked: Ranked, gap: Floats, patients: NDArray[np.int64]) -> float:
    """How much larger the variance of the summed gaps is for cases of one patient being related; 1 where none are.

    gap: (bins,) mean gap of each.
    """
    n = len(patients)
    if n == int(patients.max()) + 1:
        return 1.0
    at = np.empty(n, np.intp)
    at[ranked.order[::-1]] = np.arange(n) * len(gap) // n
    residual = np.where(gap < 0, -1.0, 1.0)[at] * (ranked.scores - ranked.positive - gap[at])
    together = np.bincount(patients, residual)
    alone = float(residual @ residual)
    return max(1.0, float(together @ together) / alone) if alone > 0 else 1.0
