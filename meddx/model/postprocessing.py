"""From logits to what the card lets one say: calibrated probabilities, findings, the prediction set."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, softmax

from meddx.model.card import Card


def probabilities(logits: ArrayLike, card: Card) -> NDArray[np.float64]:
    """Calibrated probabilities, same shape as `logits` (..., labels), in [0, 1]; exclusive ones sum to 1.

    Temperature scaling, Guo et al. 2017 (arXiv:1706.04599) eq. 9, with the card's temperature.
    """
    scaled = np.asarray(logits, np.float64) / card.calibration.temperature
    return np.asarray(softmax(scaled, axis=-1) if card.task == "exclusive" else expit(scaled))


def findings(probability: NDArray[np.float64], card: Card) -> tuple[str, ...]:
    """Labels at or above their threshold, in the card's order. probability: (labels,)."""
    return tuple(label.name for label, p in zip(card.labels, probability, strict=True) if p >= label.threshold)


def prediction_set(probability: NDArray[np.float64], card: Card) -> tuple[str, ...]:
    """Labels that cannot be ruled out at the card's coverage, in its order; may be empty. probability: (labels,).

    Class-conditional sets of Sadinle, Lei and Wasserman 2019 (arXiv:1609.00451): 1 - p at most the label's quantile.
    """
    return tuple(
        label.name for label, p in zip(card.labels, probability, strict=True) if 1.0 - p <= label.conformal_quantile
    )


def log_odds(logits: ArrayLike, card: Card) -> NDArray[np.float64]:
    """Of the calibrated probabilities: log(p / (1 - p)), same shape as `logits`; also where p is 1 to all digits."""
    scaled = np.asarray(logits, np.float64) / card.calibration.temperature
    if card.task == "multilabel":
        return scaled
    labels = range(scaled.shape[-1])
    others = [np.logaddexp.reduce(np.delete(scaled, label, axis=-1), axis=-1) for label in labels]
    return np.asarray(scaled - np.stack(others, axis=-1))
