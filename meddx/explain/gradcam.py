"""Grad-CAM of every label, from the forward pass that gives the prediction."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.channel_gradient import channel_gradient

LARGEST_BATCH = 8
"""Images in one pass; more gain nothing on a CPU and cost memory."""


class GradCam:
    """Selvaraju et al. 2017, "Grad-CAM" (arXiv:1610.02391), on one network, in one compiled pass.

    network: as `meddx.model.loading.LoadedModel.network`, outputs [features, logits].
    seen: names of layers (output (n, rows, columns, k)) whose means over rows and columns `with_features` gives too.
    The gradient runs from the logits back towards the features only, not through what lies before them.
    Compiled once, for any batch size: passes compiled for one size each were no faster. Without XLA, which on two
    cores was slower for plain convolutions (16 against 12 ms) and far slower for depthwise ones (219 against 25 ms).
    """

    def __init__(self, network: keras.Model, seen: Sequence[str] = ()) -> None:
        features, logits = network.outputs
        self._gradient = channel_gradient(network)
        also = [network.get_layer(name).output for name in seen]
        self._network = keras.Model(network.inputs[0], [features, self._gradient.anchor, logits, *also])
        self._positions = float(features.shape[1] * features.shape[2])
        taken = tf.TensorSpec(network.inputs[0].shape, tf.float32)
        self._pass = tf.function(self._forward).get_concrete_function(taken)

    def __call__(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits (n, labels) and heat maps (n, labels, rows, columns), >= 0, in logit units, both float32.

        inputs: float32 (n, height, width, channels), the card's input; any n >= 1.
        """
        logits, maps, *_ = self.with_features(inputs)
        return logits, maps

    def with_features(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Logits and heat maps as above, and from the same pass the mean features (n, k) of each layer in `seen`."""
        starts = range(0, len(inputs), LARGEST_BATCH)
        parts = [self._pass(tf.constant(inputs[start : start + LARGEST_BATCH])) for start in starts]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _forward(self, inputs: tf.Tensor) -> tuple[tf.Tensor, ...]:
        features, anchor, logits, *seen = self._network(inputs, training=False)
        # Images in a batch do not influence each other at inference: the gradient of their sum is each image's own.
        gradients = [tf.gradients(logits[:, label], anchor)[0] for label in range(logits.shape[-1])]
        # Equation 1: the weight of a channel is the spatial mean of the label's gradient.
        weights = tf.stack([self._gradient(gradient, anchor) / self._positions for gradient in gradients], axis=1)
        # Equation 2: the weighted sum of the channels, where it speaks for the label.
        maps = tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, weights))
        return logits, maps, *(tf.reduce_mean(layer, axis=(1, 2)) for layer in seen)
