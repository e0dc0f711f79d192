"""A confidence interval for the expected calibration error that allows for its upward bias."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betainc, gammainc

from meddx.evaluate.arrays import Floats
from meddx.evaluate.calibration import mass_bins
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.intervals import Interval, wilson

CALIBRATION_METHOD = "inverted binomial"
_MOST = 1e6


def calibration_interval(ranked: RankedScores, patients: NDArray[np.int64], bins: int = 15) -> Interval:
    """Return the expected calibration error over bins of equal mass with its 95 % interval.

    patients: (n,) numbers from 0. The number of positive cases in a bin is binomial, so the size of its gap is larger
    on average than that of the true gap, also where there is none. The interval holds those multiples of the observed
    gaps, less what chance adds to them, under which the observed sum of sizes is not extreme (in neither 2.5 % tail of
    the gamma distribution with its mean and variance). It begins at 0 where the sum is not extreme under perfect
    calibration either, and ends no lower than Wilson's limits of the share of positive cases leave possible.
    """
    n = len(ranked.scores)
    sizes, predicted, positives = mass_bins(ranked, bins)
    total = float(np.abs(predicted - positives).sum() / n)
    # A sum of probabilities of 1 may exceed their number by rounding.
    confidence, observed = np.clip(predicted / sizes, 0, 1), positives / sizes
    effective = sizes / _design_effect(ranked, sizes, confidence - observed, patients)
    chance = observed * (1 - observed) / effective
    shrunk = np.sqrt(np.maximum((observed - confidence) ** 2 - chance, 0)) * np.sign(observed - confidence)
    uneven = shrunk if shrunk.any() else observed - confidence
    # The same error in even gaps, in units of a bin's own spread, adds least to the sum: the largest it may be.
    # Probabilities of 0 or 1 have no such spread, but may be wrong: they count as half a case away from there.
    inside = np.clip(confidence, 0.5 / (effective + 1), 1 - 0.5 / (effective + 1))
    even = np.where(observed < confidence, -1, 1) * np.sqrt(inside * (1 - inside))

    def share_below(rate: Floats) -> float:
        """Return the probability, at these true rates (bins,), that the sum of gap sizes is below the observed one."""
        mean, variance = _sum_of_sizes(confidence, rate, effective, sizes / n)
        if variance < 1e-18:
            return float(total > mean + 1e-9)
        return float(gammainc(mean**2 / variance, total * mean / variance))

    def error_where(share: float, towards: Floats) -> float:
        """Return the true calibration error at which `share_below` equals `share`.

        0 where `share_below` does not exceed it even at perfect calibration. towards: (bins,) direction of the errors.
        """

        def rate(multiple: float) -> Floats:
            return np.clip(confidence + multiple * towards, 0, 1)

        if share_below(rate(0)) <= share:
            return 0.0
        most = 1.0
        while share_below(rate(most)) > share and most < _MOST:
            most *= 2
        if most < _MOST:
            most = brentq(lambda multiple: share_below(rate(multiple)) - share, 0, most)
        return float(np.abs(rate(most) - confidence) @ sizes / n)

    low, high = error_where(0.975, uneven), error_where(0.025, even)
    # The error is at least the gap between the mean score and the share that is positive, known up to Wilson's limits.
    share = wilson(float(observed @ effective), float(effective.sum()))
    mean = float(confidence @ effective / effective.sum())
    return Interval(total, low, max(low, high, mean - share.low, share.high - mean), CALIBRATION_METHOD)


def _sum_of_sizes(confidence: Floats, rate: Floats, n: Floats, weights: Floats) -> tuple[float, float]:
    """Return the mean and variance of the sum of weight |k / n - confidence|, k binomial of n cases at `rate`.

    All arguments (bins,). De Moivre's mean absolute deviation about any point: sum over k < c of (c - k) P(k) by two
    distribution functions.
    """
    point = n * confidence
    whole = np.floor(point)
    below, below_less = _binomial(whole, n, rate), _binomial(whole - 1, n - 1, rate)
    mean = n * rate - point + 2 * (point * below - n * rate * below_less)
    square = n * rate * (1 - rate) + (n * rate - point) ** 2
    variance = np.maximum(square - mean**2, 0) / n**2
    return float(weights @ (mean / n)), float(weights**2 @ variance)


def _binomial(k: Floats, n: Floats, rate: Floats) -> Floats:
    """Return the binomial probability of at most k of n, n any positive number."""
    inside = (k >= 0) & (k < n)
    found = betainc(np.where(inside, n - k, 1.0), np.where(inside, k + 1, 1.0), 1 - rate)
    return np.where(k < 0, 0.0, np.where(k >= n, 1.0, found))


def _design_effect(ranked: RankedScores, sizes: Floats, gap: Floats, patients: NDArray[np.int64]) -> float:
    """Return the design effect, at least 1, of related cases of one patient on the variance of the summed gaps.

    1 where each patient has one case. sizes, gap: (bins,) cases and mean gap of each, lowest scores first.
    """
    n = len(patients)
    if n == int(patients.max()) + 1:
        return 1.0
    ends = np.cumsum(sizes)
    at = np.empty(n, np.intp)
    at[ranked.order[::-1]] = np.searchsorted(ends, np.arange(n), side="right")
    residual = np.where(gap < 0, -1.0, 1.0)[at] * (ranked.scores - ranked.positive - gap[at])
    together = np.bincount(patients, residual)
    alone = float(residual @ residual)
    return max(1.0, float(together @ together) / alone) if alone > 0 else 1.0
