"""The probability that a candidate line is writing: a network of one hidden layer on its features.

Trained by `python -m studies.deidentification.train_text_classifier` on generated writing and on images without any.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.imaging.deidentification.text_lines import FEATURES, TextLine

WEIGHTS = Path(__file__).parent / "text_classifier.json"
"""features; mean, scale: of the compressed features; layers: pairs of weights (inputs, outputs) and biases."""


def writing_probabilities(lines: list[TextLine]) -> NDArray[np.float64]:
    """Return for each candidate the probability, in [0, 1], that it is writing."""
    if not lines:
        return np.empty(0)
    mean, scale, layers = _network()
    values = (compressed(np.stack([line.features for line in lines])) - mean) / scale
    for number, (weights, biases) in enumerate(layers):
        values = values @ weights + biases
        if number < len(layers) - 1:
            values = np.maximum(values, 0)
    return np.asarray(1 / (1 + np.exp(-np.clip(values[:, 0], -50, 50))))


def compressed(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the features with long tails drawn in."""
    return np.asarray(np.sign(features) * np.log1p(4 * np.abs(features)))


@cache
def _network() -> tuple[
    NDArray[np.float64], NDArray[np.float64], list[tuple[NDArray[np.float64], NDArray[np.float64]]]
]:
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if tuple(stored["features"]) != FEATURES:
        raise ValueError("the text classifier was trained on other features; train it again")
    layers = [(np.array(weights), np.array(biases)) for weights, biases in stored["layers"]]
    return np.array(stored["mean"]), np.array(stored["scale"]), layers
