"""Conversion of logits to calibrated probabilities, findings and prediction sets, by the card."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, softmax

from meddx.model.card import Card


def probabilities(logits: ArrayLike, card: Card) -> NDArray[np.float64]:
    """Return the probability of each label, in [0, 1], in the shape of `logits` (..., labels).

    It is calibrated where the card is, else the raw score of the model.

    Those of exclusive labels sum to 1.
    Temperature scaling, Guo et al. 2017 (arXiv:1706.04599) eq. 9, with the card's temperature.
    """
    scaled = np.asarray(logits, np.float64) / card.temperature
    return np.asarray(softmax(scaled, axis=-1) if card.task == "exclusive" else expit(scaled))


def findings(probability: NDArray[np.float64], card: Card) -> tuple[str, ...]:
    """Return the labels at or above their threshold, in the card's order; without a threshold a label is no finding.

    probability: (labels,).
    """
    return tuple(
        label.name
        for label, p in zip(card.labels, probability, strict=True)
        if label.threshold is not None and p >= label.threshold
    )


def prediction_set(probability: NDArray[np.float64], card: Card) -> tuple[str, ...] | None:
    """Return the labels that cannot be ruled out at the card's coverage, in the card's order.

    None where the card defines no prediction sets. The set may be empty. probability: (labels,).
    Class-conditional sets of Sadinle, Lei and Wasserman 2019 (arXiv:1609.00451): 1 - p at most the label's quantile.
    """
    names = [label.name for label in card.labels]
    quantiles = card.quantiles(names)
    if quantiles is None:
        return None
    return tuple(name for name, p, most in zip(names, probability, quantiles, strict=True) if 1.0 - p <= most)


def log_odds(logits: ArrayLike, card: Card) -> NDArray[np.float64]:
    """Return the log-odds log(p / (1 - p)) of the calibrated probabilities, in the shape of `logits`.

    They are accurate also where p rounds to 1.
    """
    scaled = np.asarray(logits, np.float64) / card.temperature
    if card.task == "multilabel":
        return scaled
    labels = range(scaled.shape[-1])
    others = [np.logaddexp.reduce(np.delete(scaled, label, axis=-1), axis=-1) for label in labels]
    return np.asarray(scaled - np.stack(others, axis=-1))
