"""Find what scales the image inside a network, and scale it in front of one by plain Keras layers."""

from typing import Literal, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.model.importing.flat_network import Call, FlatGraph
from meddx.model.importing.found_model import ChannelOrder, Scaling

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of RGB in [0, 1], as keras.applications' mode "torch" has them."""
CAFFE_MEAN = (103.939, 116.779, 123.68)
"""Of BGR in 0 to 255, as keras.applications' mode "caffe" has them."""
SMALLEST_VARIANCE = 1e-6
"""Added to each image's variance, of values in [0, 1], so that an even image becomes zeros."""
RANGES: dict[Scaling, tuple[float, float]] = {
    "inside": (0.0, 255.0),
    "0-1": (0.0, 1.0),
    "0-255": (0.0, 255.0),
    "-1-1": (-1.0, 1.0),
    "imagenet": (0.0, 1.0),
    "caffe": (0.0, 255.0),
    "standardize": (0.0, 1.0),
}
"""What black and white are at the input of a prepared network."""
SPANS = (0.1, 300.0)
"""Smallest and largest difference between black and white that a network is taken to be made for."""

_KEEPING = ("ZeroPadding2D", "Resizing", "CenterCrop", "RandomCrop", "Identity", "Activation")
"""Layers at the input that move pixels or do nothing."""
_SCALING = ("Rescaling", "Normalization", "TrueDivide", "Divide", "Multiply", "Subtract", "Add", "GetItem", "Cast")
"""Layers and operations that change each pixel by a factor and an offset, or the order of its channels."""


_Range = Literal["0-255", "0-1"]


class ScalingInside(NamedTuple):
    """What scales the input. phrase: the layers with their factors; takes: the values that they expect.

    notes: for the reader, one sentence each, such as that the image is scaled twice.
    """

    phrase: str
    takes: _Range
    notes: tuple[str, ...] = ()


def with_scaling(image: keras.KerasTensor, scaling: Scaling, channel_order: ChannelOrder = "rgb") -> keras.KerasTensor:
    """Return `image`, symbolic in RANGES[scaling], as the network was trained to take it."""
    if channel_order == "bgr":
        image = _reversed(image, "channels_reversed")
    if scaling == "imagenet":
        deviation = np.array(IMAGENET_DEVIATION)
        offset = -np.array(IMAGENET_MEAN) / deviation
        return keras.layers.Rescaling((1 / deviation).tolist(), offset.tolist(), name="imagenet_scaling")(image)
    if scaling == "caffe":
        return _reversed(image, "caffe_scaling", -np.array(CAFFE_MEAN))
    if scaling == "standardize":
        layer = keras.layers.LayerNormalization(
            axis=(1, 2, 3), epsilon=SMALLEST_VARIANCE, center=False, scale=False, name="image_standardization"
        )
        return layer(image)
    return image


def _reversed(image: keras.KerasTensor, name: str, offset: NDArray[np.float64] | None = None) -> keras.KerasTensor:
    """Return `image` with its three channels in reverse order, plus `offset` of each, by one layer."""
    layer = keras.layers.Conv2D(3, 1, name=name, trainable=False, use_bias=offset is not None)
    reverse = layer(image)
    layer.set_weights([np.eye(3)[::-1].reshape(1, 1, 3, 3), *([] if offset is None else [offset])])
    return reverse


def scaled_values(
    images: NDArray[np.float32], scaling: Scaling, channel_order: ChannelOrder = "rgb"
) -> NDArray[np.float32]:
    """Return what `with_scaling` does, in NumPy. images: float32 (n, height, width, channels) in RANGES."""
    values = images.astype(np.float64)
    if channel_order == "bgr":
        values = values[..., ::-1]
    if scaling == "imagenet":
        values = (values - IMAGENET_MEAN) / IMAGENET_DEVIATION
    elif scaling == "caffe":
        values = values[..., ::-1] - CAFFE_MEAN
    elif scaling == "standardize":
        mean = values.mean(axis=(1, 2, 3), keepdims=True)
        values = (values - mean) / np.sqrt(values.var(axis=(1, 2, 3), keepdims=True) + SMALLEST_VARIANCE)
    return values.astype(np.float32)


def find_scaling(graph: FlatGraph) -> ScalingInside | None:
    """Return what the first layers do to the image's values, None where they do nothing."""
    tensor, phrases = graph.image, []
    black = np.zeros(int(graph.image.shape[-1]), np.float32)
    white: dict[_Range, NDArray[np.float32]] = {"0-255": black + 255, "0-1": black + 1}
    channels = len(black)
    while calls := _next_calls(graph, tensor):
        if type(calls[-1].layer).__name__ not in _KEEPING:
            black, white = _pixel(calls, black), {taken: _pixel(calls, value) for taken, value in white.items()}
            phrases.extend(_phrase(calls, channels))
        tensor = calls[-1].outputs[0]
    if not phrases:
        return None
    phrase = ", then ".join(phrases)
    takes = _taken(black, white)
    span = np.abs(white[takes] - black).max()
    if span >= SPANS[0]:
        return ScalingInside(phrase, takes)
    note = f"The image is scaled twice inside the model, to {span:.2g} between black and white: {phrase}."
    return ScalingInside(phrase, takes, (note,))


def _taken(black: NDArray[np.float32], white: dict[_Range, NDArray[np.float32]]) -> _Range:
    """Return the values that the scaling was made for: those that end up around zero, and not far apart.

    black, white: (channels,), after the scaling; white by what it was before. "0-255" where neither does.
    """
    around: dict[_Range, float] = {}
    for taken, values in white.items():
        span = float(np.abs(values - black).max())
        middle = float(np.abs((values + black) / 2).max())
        if SPANS[0] <= span <= SPANS[1] and middle <= span:
            around[taken] = middle / span
    return min(around, key=lambda taken: around[taken], default="0-255")


def _next_calls(graph: FlatGraph, tensor: keras.KerasTensor) -> list[Call]:
    """Return the call that takes `tensor` if it only scales or moves pixels, or those that put its channels in order.

    Nothing where anything else follows.
    """
    following = graph.followers(tensor)
    if len(following) > 1 and all(type(call.layer).__name__ == "GetItem" for call in following):
        stacks = {call for one in following for call in graph.followers(one.outputs[0])}
        return [*following, *stacks] if [type(call.layer).__name__ for call in stacks] == ["Stack"] else []
    if len(following) != 1 or len(following[0].inputs) != 1:
        return []
    (call,) = following
    name = type(call.layer).__name__
    if name == "Activation":
        return following if call.layer.activation is keras.activations.linear else []
    return following if name in _KEEPING or (name in _SCALING and call.outputs[0].shape == tensor.shape) else []


def _pixel(calls: list[Call], value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what calls that follow each other, from `_next_calls`, make of a pixel (channels,)."""
    known = {id(calls[0].inputs[0]): value.reshape(1, 1, 1, -1)}
    for call in calls:
        arguments = keras.tree.map_structure(
            lambda one: known[id(one)] if isinstance(one, keras.KerasTensor) else one, call.arguments
        )
        known[id(call.outputs[0])] = call.layer(*arguments)
    return np.asarray(known[id(calls[-1].outputs[0])], np.float32).reshape(-1)


def _phrase(calls: list[Call], channels: int) -> list[str]:
    """Return what a layer does in words, "layer 'rescaling' multiplies by 0.003922"; nothing where it does nothing."""
    offset = _pixel(calls, np.zeros(channels, np.float32))
    factor = _pixel(calls, np.ones(channels, np.float32)) - offset
    steps = []
    ascending = _pixel(calls, np.arange(1, channels + 1, dtype=np.float32)) - offset
    if channels > 1 and np.allclose(ascending, factor * np.arange(channels, 0, -1)):
        steps.append("reverses the channels")
    if np.any(factor != 1):
        steps.append(f"multiplies by {_numbers(factor)}")
    if np.any(offset != 0):
        steps.append(f"adds {_numbers(offset)}")
    return [f"layer {calls[-1].name!r} {' and '.join(steps)}"] if steps else []


def _numbers(values: NDArray[np.float32]) -> str:
    distinct = list(dict.fromkeys(f"{value:.4g}" for value in np.ravel(values)))
    return ", ".join(distinct)
