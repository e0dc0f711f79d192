"""How far probabilities can be taken at their word, and the temperature that helps them."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, log_softmax

from meddx.evaluate.influence_functions import Floats, RankedScores
from meddx.evaluate.predictions import Predictions


def negative_log_likelihood(logits: NDArray[np.floating], targets: NDArray[np.bool_], exclusive: bool) -> float:
    """Mean cross-entropy in nats: categorical when labels exclude each other, else binary, averaged over labels.

    logits: (n, labels); targets: (n, labels).
    """
    logits = logits.astype(np.float64)
    if exclusive:
        return float(-log_softmax(logits, axis=1)[targets].mean())
    return float(-np.where(targets, log_expit(logits), log_expit(-logits)).mean())


def fit_temperature(logits: NDArray[np.floating], targets: NDArray[np.bool_], exclusive: bool) -> float:
    """The T > 0 that minimises the cross-entropy of logits / T: Guo et al. 2017 (arXiv:1706.04599), eq. 9.

    Searched for between 0.01 and 100 on a logarithmic scale.
    """

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(logits / np.exp(log_temperature), targets, exclusive)

    found = minimize_scalar(loss, bounds=(np.log(0.01), np.log(100.0)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def expected_calibration_error(predictions: Predictions, exclusive: bool, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over bins of equal mass (Nguyen and O'Connor 2015), in [0, 1].

    Exclusive labels: confidence is the highest probability, right when its label is true (Guo et al. 2017, eq. 3).
    Else every (case, label) counts, its probability against whether the label is true.
    """
    p, targets = predictions.probabilities, predictions.targets
    if exclusive:
        best = p.argmax(axis=1)
        rows = np.arange(len(best))
        confidence, right = p[rows, best], targets[rows, best]
    else:
        confidence, right = p.ravel(), targets.ravel()
    sizes, promised, came = mass_bins(RankedScores(confidence, right), bins)
    return float(np.abs(promised - came).sum() / sizes.sum())


def mass_bins(ranked: RankedScores, bins: int = 15) -> tuple[Floats, Floats, Floats]:
    """Cases, sum of their scores and positive ones among them, in bins of equal mass, lowest scores first.

    Cases of one score that lie in two bins are shared out between them, so that their order does not matter.
    """
    n = len(ranked.scores)
    bins = min(bins, n)
    sizes = np.full(bins, n // bins) + (np.arange(bins) < n % bins)
    edges = np.append(0, np.cumsum(sizes))
    cases = np.diff(ranked.last, prepend=-1)[::-1]
    ends = np.append(0, np.cumsum(cases))
    scores = np.append(0.0, np.cumsum(cases * ranked.levels[::-1]))
    positives = np.append(0, ranked.positives - np.append(0, ranked.hits)[:-1][::-1])
    return sizes.astype(np.float64), np.diff(np.interp(edges, ends, scores)), np.diff(np.interp(edges, ends, positives))
