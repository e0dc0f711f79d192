"""Write the gradient of every logit in closed form, as a part of the network, where the way to the logits is simple.

Behind pooling, Dense layers need no pass backwards: their gradient is their weights, times the slope of the activation
between them. As a part of the network it is computed by whatever runs the network.
"""

from collections.abc import Callable
from typing import TypeAlias

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from meddx.explain.channel_gradient import channel_gradient, followers

Gradient: TypeAlias = NDArray[np.float32] | keras.KerasTensor
"""Of every label's logit: (labels, k), the same for every image, or symbolic (n, labels, k)."""

_PASSING = (layers.Dropout, layers.Identity)


def channel_gradients(network: keras.Model) -> Gradient | None:
    """Return the gradient of every logit summed over the positions of each channel, None where it has no closed form.

    network: outputs [features (n, rows, columns, channels), logits]. Behind pooling, or Flatten and a Dense layer
    (meddx.explain.channel_gradient), these are known: Dense layers, batch normalisation, Dropout, Concatenate, and of
    activations ReLU, sigmoid, tanh and SiLU. Weights are taken as they are now.
    """
    way = channel_gradient(network)
    gradient = _logit_gradients(network, way.anchor)
    if gradient is None or way.weights is None:
        return gradient
    before_activation = _times(gradient, way.anchor > 0) if way.rectified else gradient
    return _matmul(before_activation, np.asarray(way.weights).T)


def _logit_gradients(network: keras.Model, start: keras.KerasTensor) -> Gradient | None:
    """Return the gradient of every logit at `start`, a tensor of the network."""
    if len(start.shape) != 2:
        return None
    steps = _steps(network, start)
    if steps is None:
        return None
    gradient: Gradient = np.eye(network.outputs[1].shape[-1], dtype=np.float32)
    for layer, taken in reversed(steps):
        through = _back(layer, taken, gradient)
        if through is None:
            return None
        gradient = through
    return gradient


def _steps(network: keras.Model, start: keras.KerasTensor) -> list[tuple[keras.Operation, keras.KerasTensor]] | None:
    """Return the layers from `start` to the logits, each with the tensor it takes; None where there are other ways."""
    tensor, steps = start, []
    while tensor is not network.outputs[1]:
        following = followers(network, tensor)
        if len(following) != 1:
            return None
        steps.append((following[0], tensor))
        tensor = following[0].output
    return steps


def _back(layer: keras.Operation, taken: keras.KerasTensor, gradient: Gradient) -> Gradient | None:
    """Return the gradient at what the layer takes, from that at its output; None for a layer that is not known."""
    kind = type(layer)
    if kind is layers.Dense:
        before = _before_activation(layer.activation, layer.output, lambda: _weighted(layer), gradient)
        return None if before is None else _matmul(before, np.asarray(layer.kernel).T)
    if kind is layers.Activation:
        return _before_activation(layer.activation, layer.output, lambda: taken, gradient)
    if kind is layers.BatchNormalization:
        scale = 1 / np.sqrt(np.asarray(layer.moving_variance) + layer.epsilon)
        return gradient * (scale if layer.gamma is None else scale * np.asarray(layer.gamma))
    if kind is layers.Concatenate:
        return _of_part(layer, taken, gradient)
    return gradient if kind in _PASSING else None


def _before_activation(
    activation: Callable[..., object],
    output: keras.KerasTensor,
    before: Callable[[], keras.KerasTensor],
    gradient: Gradient,
) -> Gradient | None:
    """Return the gradient before an activation, None for one that is not known. before: what goes into it."""
    slopes: keras.KerasTensor
    if activation is keras.activations.linear:
        return gradient
    if activation is keras.activations.relu:
        slopes = output > 0
    elif activation is keras.activations.tanh:
        slopes = 1.0 - output * output
    elif activation is keras.activations.sigmoid:
        slopes = output * (1.0 - output)
    elif activation is keras.activations.silu:
        share = ops.sigmoid(before())
        slopes = share * (1.0 + before() * (1.0 - share))
    else:
        return None
    return _times(gradient, slopes)


def _weighted(layer: layers.Dense) -> keras.KerasTensor:
    """Return what goes into the activation of a Dense layer."""
    return ops.matmul(layer.input, np.asarray(layer.kernel)) + (np.asarray(layer.bias) if layer.use_bias else 0.0)


def _of_part(layer: layers.Concatenate, taken: keras.KerasTensor, gradient: Gradient) -> Gradient:
    """Return the share of the gradient that belongs to what is put beside others."""
    ends = np.cumsum([part.shape[-1] for part in layer.input]).tolist()
    shares = [
        gradient[..., end - part.shape[-1] : end] for part, end in zip(layer.input, ends, strict=True) if part is taken
    ]
    return sum(shares[1:], shares[0])


def _times(gradient: Gradient, slopes: keras.KerasTensor) -> keras.KerasTensor:
    """Return the gradient times slopes (n, units)."""
    return ops.multiply(gradient, ops.expand_dims(ops.cast(slopes, "float32"), 1))


def _matmul(gradient: Gradient, matrix: NDArray[np.float32]) -> Gradient:
    return gradient @ matrix if isinstance(gradient, np.ndarray) else ops.matmul(gradient, matrix)
