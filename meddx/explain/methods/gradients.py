"""Gradients: Simonyan, Vedaldi and Zisserman 2013 (arXiv:1312.6034), section 3.1.

Where a small change of grey would move the logit most. Not where the evidence lies, and not which way it would move.
"""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods.contract import Maps, Progress, films_at_once, in_batches, quiet
from meddx.explain.methods.passes import ByLabel, gradients


class InputGradients:
    """The gradient of labels' logits by the pixels."""

    def __init__(self, network: keras.Model) -> None:
        alone = keras.Model(network.inputs[0], network.outputs[1])
        self.largest = films_at_once(*network.inputs[0].shape[1:3])
        self._pass: ByLabel[Maps] = ByLabel(
            network, lambda films, labels, number: gradients(alone(films, training=False), films, labels, number)
        )

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = quiet) -> Maps:
        """Float32 (n, len(labels), height, width, channels), logits per unit of the card's input."""
        parts = []
        for index, batch in enumerate(in_batches(inputs, self.largest)):
            progress(index * self.largest, len(inputs))
            parts.append(self._pass(batch, labels))
        return np.concatenate(parts)


class Gradients:
    """Implements meddx.explain.methods.contract.Explainer; maps >= 0 of the film's own rows and columns."""

    def __init__(self, network: keras.Model) -> None:
        self._gradients = InputGradients(network)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = quiet) -> Maps:
        """As the contract says; of several channels the largest counts."""
        return np.asarray(np.abs(self._gradients(inputs, labels, progress)).max(axis=-1))


def build(network: keras.Model) -> Gradients:
    """The method on a network with outputs [features, logits]."""
    return Gradients(network)
