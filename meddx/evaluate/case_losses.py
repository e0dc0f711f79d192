"""Losses of single cases whose means are the Brier score and the log loss."""

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.arrays import Floats

EPSILON = float(np.finfo(np.float64).eps)
"""Lower bound of probabilities in the log loss, as in scikit-learn."""


def squared_error(p: NDArray[np.floating], true: NDArray[np.bool_]) -> Floats:
    """Return (n,) squared errors of one label's probabilities (n,), in [0, 1] (Brier 1950, Mon Weather Rev 78:1)."""
    return np.asarray((p - true) ** 2, np.float64)


def squared_error_of_answers(p: NDArray[np.floating], true: NDArray[np.bool_]) -> Floats:
    """Return (n,) squared errors summed over exclusive labels (n, labels), in [0, 2], as Brier defined them."""
    return np.asarray(((p - true) ** 2).sum(axis=1), np.float64)


def surprise(p: NDArray[np.floating], true: NDArray[np.bool_]) -> Floats:
    """Return (n,) negative log-likelihoods of one label's probabilities (n,), in nats, >= 0."""
    return np.asarray(-np.log(np.clip(np.where(true, p, 1 - p), EPSILON, 1)), np.float64)


def surprise_of_answers(p: NDArray[np.floating], true: NDArray[np.bool_]) -> Floats:
    """Return (n,) negative log-likelihoods of the true one of exclusive labels (n, labels), in nats, >= 0."""
    return np.asarray(-np.log(np.clip(p[true], EPSILON, 1)), np.float64)
