"""Compute the gradient of a logit summed over the positions of each feature channel, by the shortest way.

Grad-CAM needs only this sum. Pooling preserves it: every output passes its gradient on to its window, whole (max) or in
shares that add up to one (average). So the sum can be taken behind the pooling. Behind a Flatten and a Dense layer it
is the gradient there times the layer's weights, which can be summed over positions once and for all.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

_KEEPS_THE_SUM = (
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.Dropout,
)


@dataclass(frozen=True)
class ChannelGradient:
    """Turn the gradient at one tensor of a network into the sum over the positions of each feature channel.

    anchor: symbolic tensor of the network, the features or something computed from them alone.
    weights: float32 (channels, units), a Dense layer's weights summed over positions, when `anchor` is its output.
    rectified: whether that Dense layer has a ReLU.
    """

    anchor: keras.KerasTensor
    weights: tf.Tensor | None = None
    rectified: bool = False

    def __call__(self, gradient: tf.Tensor, anchor: tf.Tensor) -> tf.Tensor:
        """Return the sums, float32 (n, channels). gradient: at the anchor, of the same shape as the anchor's value."""
        if self.weights is not None:
            before_activation = tf.where(anchor > 0, gradient, 0.0) if self.rectified else gradient
            return tf.matmul(before_activation, self.weights, transpose_b=True)
        return gradient if len(gradient.shape) == 2 else tf.reduce_sum(gradient, axis=(1, 2))


def channel_gradient(network: keras.Model) -> ChannelGradient:
    """Return the shortest way in a network with outputs [features (n, rows, columns, channels), logits]."""
    tensor = network.outputs[0]
    following = _only_follower(network, tensor)
    while isinstance(following, _KEEPS_THE_SUM) and tensor is not network.outputs[1]:
        tensor = following.output
        following = _only_follower(network, tensor)
    if len(tensor.shape) == 4 and isinstance(following, keras.layers.Flatten):
        dense = _only_follower(network, following.output)
        if isinstance(dense, keras.layers.Dense) and dense.activation in (
            keras.activations.relu,
            keras.activations.linear,
        ):
            by_position = np.asarray(dense.kernel, np.float64).reshape(-1, tensor.shape[-1], dense.units)
            weights = tf.constant(by_position.sum(axis=0), tf.float32)
            return ChannelGradient(dense.output, weights, dense.activation is keras.activations.relu)
    return ChannelGradient(tensor)


def followers(network: keras.Model, tensor: keras.KerasTensor) -> list[keras.Operation]:
    """Return the layers and operations that take `tensor`; none where one of the network's is used repeatedly."""
    try:
        taken = {one: keras.tree.flatten(one.input) for one in network.operations}
    except (AttributeError, ValueError):  # what Keras raises for `input` of a layer with several uses
        return []
    return [one for one, tensors in taken.items() if any(tensor is each for each in tensors)]


def _only_follower(network: keras.Model, tensor: keras.KerasTensor) -> keras.Operation | None:
    """Return the only layer that takes `tensor`; None where there is none or several."""
    following = followers(network, tensor)
    return following[0] if len(following) == 1 else None
