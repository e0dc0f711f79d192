"""Gradients: Simonyan, Vedaldi and Zisserman 2013 (arXiv:1312.6034), section 3.1.

Where a small change of grey would move the logit most. Not where the evidence lies, and not which way it would move.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.methods.compiled_passes import ByLabel, gradients
from meddx.explain.methods.explainer import Maps, PassProgress, images_at_once, in_batches, no_progress


class InputGradients:
    """The gradient of labels' logits by the pixels."""

    def __init__(self, network: keras.Model) -> None:
        self._alone = keras.Model(network.inputs[0], network.outputs[1])
        self.largest = images_at_once(*network.inputs[0].shape[1:3])
        self._pass: ByLabel[dict[str, Maps]] = ByLabel(network, self._compute)

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> Maps:
        """Float32 (n, len(labels), height, width, channels), logits per unit of the card's input."""
        return self.with_logits(inputs, labels, progress)[0]

    def with_logits(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> tuple[Maps, NDArray[np.float32]]:
        """The same, and from the same passes the labels' logits (n, len(labels))."""
        parts = []
        for index, batch in enumerate(in_batches(inputs, self.largest)):
            progress(index * self.largest, len(inputs))
            parts.append(self._pass(batch, labels))
        found, logits = (np.concatenate([part[name] for part in parts]) for name in ("gradients", "logits"))
        return found, logits

    def _compute(self, images: tf.Tensor, labels: tf.Tensor, number: int) -> dict[str, tf.Tensor]:
        logits = self._alone(images, training=False)
        return {"gradients": gradients(logits, images, labels, number), "logits": tf.gather(logits, labels, axis=1)}


class Gradients:
    """Implements meddx.explain.methods.explainer.Explainer; maps >= 0 of the image's own rows and columns."""

    def __init__(self, network: keras.Model) -> None:
        self._gradients = InputGradients(network)

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> Maps:
        """As the contract says; of several channels the largest counts."""
        return np.asarray(np.abs(self._gradients(inputs, labels, progress)).max(axis=-1))


def build(network: keras.Model) -> Gradients:
    """The method on a network with outputs [features, logits]."""
    return Gradients(network)
