"""Conversion of logits to calibrated probabilities, findings and prediction sets, by the card."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, softmax

from meddx.model.card import Card


def probabilities(logits: ArrayLike, card: Card) -> NDArray[np.float64]:
    """Return the calibrated probability of each label, in [0, 1], in the shape of `logits` (..., labels).

    Those of exclusive labels sum to 1.
    Temperature scaling, Guo et al. 2017 (arXiv:1706.04599) eq. 9, with the card's temperature.
    """
    scaled = np.asarray(logits, np.float64) / card.calibration.temperature
    return np.asarray(softmax(scaled, axis=-1) if card.task == "exclusive" else expit(scaled))


def findings(probability: NDArray[np.float64], card: Card) -> tuple[str, ...]:
    """Return the labels at or above their threshold, in the card's order.

    probability: (labels,).
    """
    return tuple(label.name for label, p in zip(card.labels, probability, strict=True) if p >= label.threshold)


def prediction_set(probability: NDArray[np.float64], card: Card) -> tuple[str, ...]:
    """Return the labels that cannot be ruled out at the card's coverage, in the card's order.

    The set may be empty. probability: (labels,).
    Class-conditional sets of Sadinle, Lei and Wasserman 2019 (arXiv:1609.00451): 1 - p at most the label's quantile.
    """
    return tuple(
        label.name for label, p in zip(card.labels, probability, strict=True) if 1.0 - p <= label.conformal_quantile
    )


def log_odds(logits: ArrayLike, card: Card) -> NDArray[np.float64]:
    """Return the log-odds log(p / (1 - p)) of the calibrated probabilities, in the shape of `logits`.

    They are accurate also where p rounds to 1.
    """
    scaled = np.asarray(logits, np.float64) / card.calibration.temperature
    if card.task == "multilabel":
        return scaled
    labels = range(scaled.shape[-1])
    others = [np.logaddexp.reduce(np.delete(scaled, label, axis=-1), axis=-1) for label in labels]
    return np.asarray(scaled - np.stack(others, axis=-1))
