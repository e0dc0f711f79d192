"""Find what scales the image inside a network, and scale it in front of one by plain Keras layers."""

from typing import Literal, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.model.importing.flat_network import Call, FlatGraph
from meddx.model.importing.found_model import Scaling

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of RGB in [0, 1], as keras.applications' mode "torch" has them."""
CAFFE_MEAN = (103.939, 116.779, 123.68)
"""Of BGR in 0 to 255, as keras.applications' mode "caffe" has them."""
EPSILON = 1e-6
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
LARGEST_SCALED = 20.0
"""Largest value that a network is taken to expect after its own scaling: 4.5 deviations are common, 255 are not."""

_KEEPING = ("ZeroPadding2D", "Resizing", "CenterCrop", "RandomCrop", "Identity", "Activation")
"""Layers at the input that move pixels or do nothing."""
_SCALING = ("Rescaling", "Normalization", "TrueDivide", "Divide", "Multiply", "Subtract", "Add", "GetItem", "Cast")
"""Layers and operations that change each pixel by a factor and an offset, or the order of its channels."""


class ScalingInside(NamedTuple):
    """What scales the input. phrase: the layers with their factors; takes: the values that they expect."""

    phrase: str
    takes: Literal["0-255", "0-1"]


def scaled(image: keras.KerasTensor, scaling: Scaling) -> keras.KerasTensor:
    """Return `image`, symbolic in RANGES[scaling], as the network was trained to take it."""
    if scaling == "imagenet":
        deviation = np.array(IMAGENET_DEVIATION)
        offset = -np.array(IMAGENET_MEAN) / deviation
        return keras.layers.Rescaling((1 / deviation).tolist(), offset.tolist(), name="imagenet_scaling")(image)
    if scaling == "caffe":
        reverse = keras.layers.Conv2D(3, 1, name="caffe_scaling", trainable=False)
        bgr = reverse(image)
        reverse.set_weights([np.eye(3)[::-1].reshape(1, 1, 3, 3), -np.array(CAFFE_MEAN)])
        return bgr
    if scaling == "standardize":
        layer = keras.layers.LayerNormalization(
            axis=(1, 2, 3), epsilon=EPSILON, center=False, scale=False, name="image_standardization"
        )
        return layer(image)
    return image


def scaled_values(images: NDArray[np.float32], scaling: Scaling) -> NDArray[np.float32]:
    """Return what `scaled` means, computed without Keras. images: float32 (n, height, width, channels) in its range."""
    values = images.astype(np.float64)
    if scaling == "imagenet":
        values = (values - IMAGENET_MEAN) / IMAGENET_DEVIATION
    elif scaling == "caffe":
        values = values[..., ::-1] - CAFFE_MEAN
    elif scaling == "standardize":
        mean = values.mean(axis=(1, 2, 3), keepdims=True)
        values = (values - mean) / np.sqrt(values.var(axis=(1, 2, 3), keepdims=True) + EPSILON)
    return values.astype(np.float32)


def find_scaling(graph: FlatGraph) -> ScalingInside | None:
    """Return what the first layers do to the image's values, None where they do nothing."""
    tensor, phrases = graph.image, []
    black = np.zeros(int(graph.image.shape[-1]), np.float32)
    white = {"0-1": black + 1, "0-255": black + 255}
    while len(following := graph.followers(tensor)) == 1 and len(following[0].inputs) == 1:
        call = following[0]
        name, output = type(call.layer).__name__, call.outputs[0]
        if name in _SCALING and output.shape == tensor.shape:
            white = {taken: _pixel(call, value) for taken, value in white.items()}
            phrases.extend(_phrase(call, len(black)))
        elif name not in _KEEPING or (name == "Activation" and call.layer.activation is not keras.activations.linear):
            break
        tensor = output
    if not phrases:
        return None
    takes: Literal["0-255", "0-1"] = "0-255" if np.abs(white["0-255"]).max() <= LARGEST_SCALED else "0-1"
    return ScalingInside(", then ".join(phrases), takes)


def _pixel(call: Call, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a layer makes of a pixel (channels,)."""
    image = value.reshape(1, 1, 1, -1)
    arguments = [image if isinstance(one, keras.KerasTensor) else one for one in call.arguments]
    return np.asarray(call.layer(*arguments), np.float32).reshape(-1)


def _phrase(call: Call, channels: int) -> list[str]:
    """Return what a layer does in words, "layer 'rescaling' multiplies by 0.003922"; nothing where it does nothing."""
    offset = _pixel(call, np.zeros(channels, np.float32))
    factor = _pixel(call, np.ones(channels, np.float32)) - offset
    steps = []
    ascending = _pixel(call, np.arange(1, channels + 1, dtype=np.float32)) - offset
    if channels > 1 and np.allclose(ascending, factor * np.arange(channels, 0, -1)):
        steps.append("reverses the channels")
    if np.any(factor != 1):
        steps.append(f"multiplies by {_numbers(factor)}")
    if np.any(offset != 0):
        steps.append(f"adds {_numbers(offset)}")
    return [f"layer {call.name!r} {' and '.join(steps)}"] if steps else []


def _numbers(values: NDArray[np.float32]) -> str:
    distinct = list(dict.fromkeys(f"{value:.4g}" for value in np.ravel(values)))
    return ", ".join(distinct)
