"""Calibration of probabilities: expected calibration error, cross-entropy and temperature scaling."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, log_softmax

from meddx.evaluate.arrays import Floats
from meddx.evaluate.influence_functions import RankedScores


def negative_log_likelihood(logits: NDArray[np.floating], targets: NDArray[np.bool_], exclusive: bool) -> float:
    """Return the mean cross-entropy in nats.

    logits, targets: (n, labels). Categorical when labels exclude each other, else binary and averaged over labels.
    """
    logits = logits.astype(np.float64)
    if exclusive:
        return float(-log_softmax(logits, axis=1)[targets].mean())
    return float(-np.where(targets, log_expit(logits), log_expit(-logits)).mean())


def cross_entropy(p: NDArray[np.floating], targets: NDArray[np.bool_], exclusive: bool) -> float:
    """Return the mean cross-entropy of probabilities over images, in nats; over labels as well where not exclusive.

    p, targets: (n, labels). As in Keras, p is clipped 1e-7 away from 0 and 1.
    """
    p = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    if exclusive:
        return float(-np.log(p[targets]).mean())
    return float(-np.where(targets, np.log(p), np.log1p(-p)).mean())


def fit_temperature(logits: NDArray[np.floating], targets: NDArray[np.bool_], exclusive: bool) -> float:
    """Return the temperature T > 0 that minimises the cross-entropy of logits / T.

    Guo et al. 2017 (arXiv:1706.04599), eq. 9. Searched for between 0.01 and 100 on a logarithmic scale.
    """

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(logits / np.exp(log_temperature), targets, exclusive)

    found = minimize_scalar(loss, bounds=(np.log(0.01), np.log(100.0)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def expected_calibration_error(ranked: RankedScores, bins: int = 15) -> float:
    """Return the mean gap between predicted probability and observed frequency over bins of equal mass, in [0, 1].

    Nguyen and O'Connor 2015 (arXiv:1508.05154); Guo et al. 2017 (arXiv:1706.04599), eq. 3, with bins of equal width.
    """
    sizes, predicted, positives = mass_bins(ranked, bins)
    return float(np.abs(predicted - positives).sum() / sizes.sum())


def mass_bins(ranked: RankedScores, bins: int = 15) -> tuple[Floats, Floats, Floats]:
    """Return the number of cases, the sum of scores and the number of positive cases of each bin, lowest scores first.

    Bins as of bin_of_ranks, without the empty ones; each result (bins in use,).
    """
    cases = np.diff(ranked.last, prepend=-1)[::-1]
    ends = np.cumsum(cases)
    at = bin_of_ranks(ends - cases / 2, len(ranked.scores), bins)
    sizes = np.bincount(at, cases)
    used = sizes > 0
    scores = np.bincount(at, cases * ranked.levels[::-1])
    positives = np.bincount(at, np.diff(ranked.hits, prepend=0)[::-1])
    return (
        np.asarray(sizes[used], np.float64),
        np.asarray(scores[used], np.float64),
        np.asarray(positives[used], np.float64),
    )


def bin_of_ranks(middles: NDArray[np.floating], n: int, bins: int) -> NDArray[np.intp]:
    """Return the bin number, from 0, of each group of tied cases when n cases are divided into bins of equal mass.

    middles: where the middle of each group lies among the n sorted cases, in (0, n); it decides the bin. Tied cases
    share a bin, so the order of the cases does not matter; a bin may be empty. Without ties, bin sizes differ by at
    most one case.
    """
    sizes = n // bins + (np.arange(bins) < n % bins)
    return np.asarray(np.searchsorted(np.cumsum(sizes), middles, side="right"), np.intp)
