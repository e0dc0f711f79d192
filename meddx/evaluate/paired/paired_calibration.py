"""Test whether two systems differ in calibration."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from meddx.evaluate.arrays import Floats
from meddx.evaluate.calibration import bin_of_ranks, expected_calibration_error
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.intervals import Z
from meddx.evaluate.paired.difference import PairedTest

PAIRED_BINS = 15
_AT_ONCE = 1 << 22
"""Number of values held in memory at a time."""


def calibration_difference(
    confidence: tuple[Floats, Floats],
    right: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    patients: NDArray[np.int64],
    *,
    swaps: int,
    seed: int = 0,
    told: Callable[[], None] = lambda: None,
) -> PairedTest:
    """Return the difference of two expected calibration errors on the same answers, with a permutation test.

    15 bins of equal mass; confidence, right: (n,) for each system; told: called at every block of swaps. The bootstrap
    would count the error's own upward bias as spread and have little power. The spread therefore comes from swapping:
    if both are equally calibrated, their answers on a patient are exchangeable (Good 2005, Permutation, Parametric and
    Bootstrap Tests of Hypotheses, ch. 3). Normal with the standard deviation over random swaps of whole patients. Where
    no swap changes anything no interval can be given.
    """
    n = len(patients)
    many = int(patients.max()) + 1
    first, second = (
        expected_calibration_error(RankedScores(*of), PAIRED_BINS) for of in zip(confidence, right, strict=True)
    )
    generator = np.random.default_rng(seed)
    drawn = []
    for start in range(0, swaps, max(1, _AT_ONCE // n)):
        told()
        rows = min(max(1, _AT_ONCE // n), swaps - start)
        swapped = generator.random((rows, many))[:, patients] < 0.5
        one = _errors(*(np.where(swapped, b, a) for a, b in (confidence, right)))
        other = _errors(*(np.where(swapped, a, b) for a, b in (confidence, right)))
        drawn.append(one - other)
    error = float(np.concatenate(drawn).std())
    difference = first - second
    test = f"patients swapped, {swaps} times" if many < n else f"cases swapped, {swaps} times"
    if error == 0:
        return PairedTest(first, second, float("nan"), float("nan"), 1.0 if difference == 0 else float("nan"), test, n)
    p = float(2 * norm.sf(abs(difference) / error))
    return PairedTest(first, second, difference - Z * error, difference + Z * error, p, test, n)


def _errors(confidence: Floats, right: NDArray[np.bool_]) -> Floats:
    """Return the calibration error (rows,) of each row of answers (rows, n), tied probabilities in one bin."""
    rows, n = confidence.shape
    order = np.argsort(confidence, axis=1)
    ordered = np.take_along_axis(confidence, order, axis=1)
    at = np.arange(n)
    starts = np.ones((rows, n + 1), np.bool_)
    starts[:, 1:-1] = np.diff(ordered, axis=1) != 0
    first = np.maximum.accumulate(np.where(starts[:, :-1], at, 0), axis=1)
    last = np.minimum.accumulate(np.where(starts[:, 1:], at + 1, n)[:, ::-1], axis=1)[:, ::-1]
    own = bin_of_ranks((first + last) / 2, n, PAIRED_BINS) + PAIRED_BINS * np.arange(rows)[:, None]
    gaps = np.take_along_axis(confidence - right, order, axis=1)
    sums = np.bincount(own.ravel(), gaps.ravel(), PAIRED_BINS * rows).reshape(rows, PAIRED_BINS)
    return np.asarray(np.abs(sums).sum(axis=1) / n)
