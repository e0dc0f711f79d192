"""Compute gradients by the pixels (Simonyan, Vedaldi and Zisserman 2013, arXiv:1312.6034, section 3.1).

They show where a small change of brightness would change the logit most: neither where the evidence lies nor in which
direction the logit would change.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.methods.compiled_passes import ByLabel, gradients
from meddx.explain.methods.explainer import Maps, Progress, images_at_once, in_batches, no_progress


class InputGradients:
    """Compute the gradient of labels' logits by the pixels. network: outputs [features, logits]."""

    def __init__(self, network: keras.Model) -> None:
        self._alone = keras.Model(network.inputs[0], network.outputs[1])
        self.largest = images_at_once(*network.inputs[0].shape[1:3])
        self._pass: ByLabel[dict[str, Maps]] = ByLabel(network, self._compute)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return gradients, float32 (n, len(labels), height, width, channels), in logits per unit of the input."""
        return self.with_logits(inputs, labels, progress)[0]

    def with_logits(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress
    ) -> tuple[Maps, NDArray[np.float32]]:
        """Return the gradients and, from the same passes, the labels' logits, float32 (n, len(labels))."""
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
    """Explain as meddx.explain.methods.explainer.Explainer says, by maps >= 0 of the input's rows and columns."""

    def __init__(self, network: keras.Model) -> None:
        self._gradients = InputGradients(network)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says: the largest absolute gradient over the channels."""
        return np.asarray(np.abs(self._gradients(inputs, labels, progress)).max(axis=-1))


def build(network: keras.Model) -> Gradients:
    """Return the method on a network with outputs [features, logits]."""
    return Gradients(network)
