"""Compute Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391), as a rule of the family and with every prediction."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.channel_gradient import channel_gradient
from meddx.explain.methods.explainer import in_batches

LARGEST_BATCH = 8
"""Images in one pass of GradCam; more gain nothing on a CPU and cost memory."""


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Return maps >= 0 in logit units, shapes as meddx.explain.methods.cam_base.Rule has them.

    Behind global average pooling and a Dense layer they add up to what raises the label's logit.
    """
    return weighted_sum(features, tf.reduce_mean(gradients, axis=(2, 3)))  # equation 1


def weighted_sum(features: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Return maps (n, labels, rows, columns), the channels' weighted sum where it is above zero (equation 2).

    features: (n, rows, columns, channels); weights: (n, labels, channels).
    """
    return tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, weights))


class GradCam:
    """Compute the logits and the Grad-CAM of every label in one compiled pass.

    network: as `meddx.model.loading.LoadedModel.network`, outputs [features, logits]; its first input is the image, and
        whatever else it takes is held fixed.
    seen: names of layers (output (n, rows, columns, k)) whose mean and standard deviation over rows and columns
        `with_features` gives too; an output without rows and columns (n, k) it gives as it is.
    The gradient runs from the logits back towards the features only, not through what lies before them.
    Compiled once, for any batch size: passes compiled for one size each were no faster. Without XLA, which on two
    cores was slower for plain convolutions (16 against 12 ms) and far slower for depthwise ones (219 against 25 ms).
    """

    def __init__(self, network: keras.Model, seen: Sequence[str] = ()) -> None:
        features, logits = network.outputs
        self._gradient = channel_gradient(network)
        also = [network.get_layer(name).output for name in seen]
        inputs = network.inputs if len(network.inputs) > 1 else network.inputs[0]
        self._network = keras.Model(inputs, [features, self._gradient.anchor, logits, *also])
        self._positions = float(features.shape[1] * features.shape[2])
        taken = [tf.TensorSpec(one.shape, tf.float32) for one in network.inputs]
        self._pass = tf.function(self._forward).get_concrete_function(*taken)

    def __call__(
        self, inputs: NDArray[np.float32], *beside: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (n, labels) and heat maps (n, labels, rows, columns), >= 0 in logit units, both float32.

        inputs: float32 (n, height, width, channels), the card's input; any n >= 1. beside: the network's other inputs.
        """
        logits, maps, *_ = self.with_features(inputs, *beside)
        return logits, maps

    def with_features(
        self, inputs: NDArray[np.float32], *beside: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], ...]:
        """Return logits and heat maps as above, then (n, 2, k) of each layer in `seen`: mean, standard deviation."""
        batches = zip(*(in_batches(one, LARGEST_BATCH) for one in (inputs, *beside)), strict=True)
        parts = [self._pass(*map(tf.constant, batch)) for batch in batches]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _forward(self, *inputs: tf.Tensor) -> tuple[tf.Tensor, ...]:
        taken = list(inputs) if len(inputs) > 1 else inputs[0]
        features, anchor, logits, *seen = self._network(taken, training=False)
        # Images in a batch do not influence each other at inference: the gradient of their sum is each image's own.
        gradients = [tf.gradients(logits[:, label], anchor)[0] for label in range(logits.shape[-1])]
        # Equation 1: the weight of a channel is the spatial mean of the label's gradient.
        weights = tf.stack([self._gradient(gradient, anchor) / self._positions for gradient in gradients], axis=1)
        return logits, weighted_sum(features, weights), *(_moments(layer) for layer in seen)


def _moments(layer: tf.Tensor) -> tf.Tensor:
    """Return mean and standard deviation over rows and columns, (n, 2, k); what has neither, as it is."""
    if len(layer.shape) == 2:
        return layer
    return tf.stack([tf.reduce_mean(layer, axis=(1, 2)), tf.math.reduce_std(layer, axis=(1, 2))], axis=1)
