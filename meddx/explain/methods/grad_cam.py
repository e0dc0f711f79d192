"""Compute Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391), as a rule of the family and with every prediction."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.channel_gradient import channel_gradient
from meddx.explain.explained_network import explained_network, moments
from meddx.explain.methods.explainer import images_at_once, in_batches
from meddx.model.connected_network import connected_network
from meddx.model.inference.compiled import Compile, CompiledPass, compiled, compiled_function


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
    compile: what compiles a network that gives the maps in closed form; without one TensorFlow computes the gradient,
        from the logits back towards the features only, not through what lies before them.
    in_closed_form: whether the maps have one.
    """

    def __init__(self, network: keras.Model, seen: Sequence[str] = (), compile: Compile = compiled) -> None:
        self.seen = tuple(seen)
        self._largest = images_at_once(*network.inputs[0].shape[1:3])
        explained = explained_network(network, seen)
        self.in_closed_form = explained is not None
        self._pass = _gradient_pass(network, seen) if explained is None else compile(explained)

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
        batches = zip(*(in_batches(one, self._largest) for one in (inputs, *beside)), strict=True)
        parts = [self._pass(*batch) for batch in batches]
        return parts[0] if len(parts) == 1 else tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _gradient_pass(network: keras.Model, seen: Sequence[str]) -> CompiledPass:
    """Return the pass that computes the gradient, of the same inputs and outputs as explained_network."""
    features, logits = network.outputs
    way = channel_gradient(network)
    inputs = network.inputs if len(network.inputs) > 1 else network.inputs[0]
    whole = connected_network(inputs, [features, way.anchor, logits, *moments(network, seen)], network)
    positions = float(features.shape[1] * features.shape[2])

    def forward(*inputs: tf.Tensor) -> tuple[tf.Tensor, ...]:
        features, anchor, logits, *seen = whole(list(inputs) if len(inputs) > 1 else inputs[0], training=False)
        # Images in a batch do not influence each other at inference: the gradient of their sum is each image's own.
        gradients = [tf.gradients(logits[:, label], anchor)[0] for label in range(logits.shape[-1])]
        # Equation 1: the weight of a channel is the spatial mean of the label's gradient.
        weights = tf.stack([way(gradient, anchor) / positions for gradient in gradients], axis=1)
        return logits, weighted_sum(features, weights), *seen

    return compiled_function(forward, network.inputs)
