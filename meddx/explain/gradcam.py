"""Grad-CAM of every label, from the forward pass that gives the prediction."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

BATCH_SIZES = (1, 2, 4, 8)
"""Sizes that the pass is compiled for; a batch is padded to the next one."""


class GradCam:
    """Selvaraju et al. 2017, "Grad-CAM" (arXiv:1610.02391), on one network, in one compiled pass.

    network: as `meddx.model.loading.LoadedModel.network`, outputs [features, logits].
    The gradient runs from the logits back to the features only, not through what lies before them.
    """

    def __init__(self, network: Any) -> None:
        self._network = network
        self._pass = tf.function(self._forward, reduce_retracing=False)

    def __call__(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits (n, labels) and heat maps (n, labels, rows, columns), >= 0, in logit units, both float32.

        inputs: float32 (n, height, width, channels), the card's input; any n >= 1.
        """
        largest = BATCH_SIZES[-1]
        parts = [self._padded(inputs[start : start + largest]) for start in range(0, len(inputs), largest)]
        logits, maps = zip(*parts, strict=True)
        return np.concatenate(logits), np.concatenate(maps)

    def _padded(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        n = len(inputs)
        size = next(size for size in BATCH_SIZES if size >= n)
        padded = np.concatenate([inputs, np.zeros((size - n, *inputs.shape[1:]), np.float32)]) if size > n else inputs
        logits, maps = self._pass(tf.constant(padded))
        return logits.numpy()[:n], maps.numpy()[:n]

    def _forward(self, inputs: Any) -> tuple[Any, Any]:
        features, logits = self._network(inputs, training=False)
        # Films in a batch do not influence each other at inference, so the gradient of the batch's sum is each film's.
        gradients = [tf.gradients(logits[:, label], features)[0] for label in range(logits.shape[-1])]
        # Equation 1: the weight of channel k is the spatial mean of the label's gradient.
        weights = tf.stack([tf.reduce_mean(gradient, axis=(1, 2)) for gradient in gradients], axis=1)
        # Equation 2: the weighted sum of the channels, where it speaks for the label.
        maps = tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, weights))
        return logits, maps
