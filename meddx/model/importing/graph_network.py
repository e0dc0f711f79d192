"""Rebuild a SavedModel's graph as a Keras network, so that what explains layers can explain it.

Every operation becomes the Keras layer or operation that does the same, in the same order, so that even the rounding
is the same: a factor for each channel a Rescaling, an offset after a convolution or a matrix product its bias.
Anything else is refused by name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.model.connected_network import connected_network
from meddx.model.importing.graph_constants import CONSTANT_OPERATIONS, folded, unusual
from meddx.model.importing.saved_model_graph import (
    CALLS,
    REACHING_OUT,
    VALUE_OPERATIONS,
    Node,
    ServingGraph,
    evaluate,
    operations,
    setting,
)

Make = Callable[[NDArray[np.float64] | None, NDArray[np.float64] | None], keras.KerasTensor]
_MINUS = np.array(-1.0)


@dataclass
class Features:
    """Features with a factor and then an offset for each channel that are still to be applied.

    make: give the tensor for factors and offsets (channels,), None for none. onward: give features of that tensor.
    shape: as Keras has it, batch first.
    """

    make: Make
    onward: Callable[[keras.KerasTensor], "Features"]
    shape: tuple[int | None, ...]
    factor: NDArray[np.float64] | None = None
    offset: NDArray[np.float64] | None = None
    _made: list[keras.KerasTensor] = field(default_factory=list)

    def tensor(self) -> keras.KerasTensor:
        """Return the symbolic tensor, the same every time."""
        if not self._made:
            self._made.append(self.make(self.factor, self.offset))
        return self._made[0]

    def scaled(self, factor: NDArray[np.float64]) -> "Features":
        """Return these features times `factor`, a number or one for each channel."""
        if self.factor is not None or self.offset is not None:  # step by step as the graph has it, rounding included
            return self.onward(self.tensor()).scaled(factor)
        return Features(self.make, self.onward, self.shape, self._channels(factor))

    def shifted(self, offset: NDArray[np.float64]) -> "Features":
        """Return these features plus `offset`, a number or one for each channel."""
        if self.offset is not None:
            return self.onward(self.tensor()).shifted(offset)
        return Features(self.make, self.onward, self.shape, self.factor, self._channels(offset))

    def _channels(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.broadcast_to(np.asarray(numbers, np.float64), (self.shape[-1] or 1,))


def check_operations(graph: ServingGraph) -> None:
    """Raise Refused naming the first operation that would not be rebuilt, before anything is done with the graph."""
    known = CONSTANT_OPERATIONS | frozenset(_REBUILT) | {*CALLS, *VALUE_OPERATIONS}
    random = next((node for node, answering in operations(graph) if answering and "Random" in node.op), None)
    if random is not None:
        raise Refused(
            "always-training",
            f"Operation {random.name[:80]!r} ({random.op[:40]}) changes images at random whenever the SavedModel is "
            "asked, as model.export leaves layers that augment images; load the model where it was made and save it "
            "with model.save('model.keras').",
        )
    for node, answering in operations(graph):
        if (answering and node.op not in known) or REACHING_OUT.fullmatch(node.op):
            raise Refused(
                "graph-operation",
                f"Operation {node.name[:80]!r} of the SavedModel's graph is a {node.op[:40]}, which is none of those "
                "that networks of Keras layers are made of, and is not run; load the model where it was made and save "
                "it with model.save('model.keras').",
            )


def rebuilt(graph: ServingGraph, values: list[NDArray[Any]]) -> keras.Model:
    """Return the network. values: of the variables that the graph takes.

    Raises Refused for an operation that is used as no layer uses it.
    """
    name, shape = graph.input
    image = keras.Input(shape[1:], name=_name(name))
    outputs = evaluate(graph, _plain(image), values, _apply)
    tensors = {key: one.tensor() for key, one in outputs.items() if isinstance(one, Features)}
    if len(tensors) != len(outputs):
        raise Refused("not-a-classifier", "An output of the SavedModel does not depend on the image; save it again.")
    return connected_network(image, tensors if len(tensors) > 1 else next(iter(tensors.values())), name="rebuilt")


def _apply(node: Node, values: list[Any]) -> Any:  # noqa: ANN401 - an array or Features
    if not any(isinstance(value, Features) for value in values):
        return folded(node, values)
    if node.op not in _REBUILT:
        raise unusual(node)
    try:
        return _REBUILT[node.op](node, values)
    except (ValueError, TypeError, IndexError, AttributeError) as error:  # what Keras and NumPy make of odd settings
        raise unusual(node) from error


def _plain(tensor: keras.KerasTensor) -> Features:
    """Return a tensor as features; factor and offset become a Rescaling, which multiplies and adds as the graph does.

    A BatchNormalization would take the root of a variance of 1, of which TensorFlow makes 0.9999999.
    """

    def make(factor: NDArray[np.float64] | None, offset: NDArray[np.float64] | None) -> keras.KerasTensor:
        if factor is None and offset is None:
            return tensor
        return keras.layers.Rescaling(_numbers(factor, 1.0), _numbers(offset, 0.0))(tensor)

    return Features(make, _plain, tensor.shape)


def _numbers(values: NDArray[np.float64] | None, neutral: float) -> float | list[float]:
    if values is None:
        return neutral
    return float(values[0]) if np.all(values == values[0]) else values.tolist()


def _weighted(image: keras.KerasTensor, kernel: NDArray[Any], layer: Callable[[bool], Any]) -> Features:
    """Return a layer's features. layer: give it, with a bias or without; an offset becomes its bias."""

    def make(factor: NDArray[np.float64] | None, offset: NDArray[np.float64] | None) -> keras.KerasTensor:
        biased = factor is None and offset is not None
        made = layer(biased)
        result = made(image)
        made.set_weights([kernel, offset] if biased else [kernel])
        return result if biased else _plain(result).make(factor, offset)

    return Features(make, _plain, layer(False).compute_output_shape(image.shape))


def _convolution(node: Node, values: list[Any]) -> Features:
    image, kernel = _spaced(node, values[0].tensor()), values[1]
    settings = _window(node, kernel.shape[:2])
    dilation = tuple(setting(node, "dilations"))[1:3]
    groups = image.shape[-1] // kernel.shape[2]
    return _weighted(
        image, kernel,
        lambda bias: keras.layers.Conv2D(
            kernel.shape[3], **settings, dilation_rate=dilation, groups=groups, use_bias=bias
        ),
    )  # fmt: skip


def _depthwise(node: Node, values: list[Any]) -> Features:
    image, kernel = _spaced(node, values[0].tensor()), values[1]
    settings = _window(node, kernel.shape[:2])
    dilation = tuple(setting(node, "dilations"))[1:3]
    return _weighted(
        image, kernel,
        lambda bias: keras.layers.DepthwiseConv2D(
            **settings, depth_multiplier=kernel.shape[3], dilation_rate=dilation, use_bias=bias
        ),
    )  # fmt: skip


def _product(node: Node, values: list[Any]) -> Features:
    kernel = values[1]
    if setting(node, "transpose_a") or kernel.ndim != 2:
        raise unusual(node)
    return _dense(values[0], kernel.T if setting(node, "transpose_b") else kernel)


def _dense(features: Features, kernel: NDArray[Any]) -> Features:
    return _weighted(features.tensor(), kernel, lambda bias: keras.layers.Dense(kernel.shape[1], use_bias=bias))


def _window(node: Node, size: tuple[int, int]) -> dict[str, Any]:
    """Return the settings that convolutions and pooling share. Raises Refused for channels first."""
    if setting(node, "data_format") != "NHWC":
        raise unusual(node)
    padding = "same" if setting(node, "padding") == "SAME" else "valid"
    key = "kernel_size" if node.op in ("Conv2D", "DepthwiseConv2dNative") else "pool_size"
    return {key: size, "strides": tuple(setting(node, "strides"))[1:3], "padding": padding}


def _spaced(node: Node, image: keras.KerasTensor) -> keras.KerasTensor:
    """Return the image with the margin that a convolution states itself."""
    if setting(node, "padding") != "EXPLICIT":
        return image
    margins = setting(node, "explicit_paddings")
    return keras.layers.ZeroPadding2D(((margins[2], margins[3]), (margins[4], margins[5])))(image)


def _padding(node: Node, values: list[Any]) -> Features:
    margins = values[1]
    if margins.shape != (4, 2) or margins[[0, 3]].any() or (len(values) > 2 and np.any(values[2])):
        raise unusual(node)
    rows, columns = margins[1:3].tolist()
    return _plain(keras.layers.ZeroPadding2D((tuple(rows), tuple(columns)))(values[0].tensor()))


def _pooling(kind: str) -> Callable[[Node, list[Any]], Features]:
    def pooled(node: Node, values: list[Any]) -> Features:
        size = setting(node, "ksize")
        return _plain(getattr(keras.layers, kind)(**_window(node, (size[1], size[2])))(values[0].tensor()))

    return pooled


def _reduction(kind: str) -> Callable[[Node, list[Any]], Features]:
    """Return what reduces axes: a pooling layer for rows and columns, else the operation of Keras."""

    def reduced(node: Node, values: list[Any]) -> Features:
        tensor, keep = values[0].tensor(), setting(node, "keep_dims")
        axes = tuple(sorted(int(axis) % tensor.ndim for axis in np.atleast_1d(values[1])))
        if 0 in axes:
            raise unusual(node)
        if axes == (1, 2) and tensor.ndim == 4 and kind in ("mean", "max"):
            name = "GlobalAveragePooling2D" if kind == "mean" else "GlobalMaxPooling2D"
            return _plain(getattr(keras.layers, name)(keepdims=keep)(tensor))
        return _plain(getattr(keras.ops, kind)(tensor, axis=axes, keepdims=keep))

    return reduced


def _binary(kind: str, layer: Callable[[list[keras.KerasTensor]], Any]) -> Callable[[Node, list[Any]], Features]:
    """Return what adds, subtracts, multiplies or divides: two features, or features and a number for each channel."""

    def combined(node: Node, values: list[Any]) -> Features:
        first, second = values
        if isinstance(first, Features) and isinstance(second, Features):
            return _plain(layer([first.tensor(), second.tensor()]))
        features, number = (first, second) if isinstance(first, Features) else (second, first)
        number = np.asarray(number, np.float64)
        channels = features.shape[-1]
        if kind == "multiply" and channels == 1 and 1 < number.size == number.shape[-1]:
            return _dense(features, number.reshape(1, -1))  # the end of a layer normalisation
        if number.size not in (1, channels) or (number.size > 1 and number.shape[-1] != channels):
            raise unusual(node)
        number = number.reshape(-1) if number.size > 1 else number.reshape(())
        result = _with_number(kind, features, number, features is first)
        if result is None:
            raise unusual(node)
        return result

    return combined


def _with_number(kind: str, features: Features, number: NDArray[np.float64], leading: bool) -> Features | None:
    """Return features with a number added and so on, None where no layer does that. leading: they come first."""
    if kind == "add":
        return features.shifted(number)
    if kind == "multiply":
        return features.scaled(number)
    if kind == "subtract":
        return features.shifted(-number) if leading else features.scaled(_MINUS).shifted(number)
    if kind == "divide" and leading:
        return features.scaled(1 / number)
    if kind in ("maximum", "minimum") and number.ndim == 0:
        return _plain(getattr(keras.ops, kind)(features.tensor(), float(number)))
    return None


def _merging(kind: str) -> Callable[[list[keras.KerasTensor]], Any]:
    def merged(both: list[keras.KerasTensor]) -> keras.KerasTensor:
        return getattr(keras.layers, kind)()(both)  # a new layer each time

    return merged


def _normalisation(node: Node, values: list[Any]) -> Features:
    features, gamma, beta, mean, variance = values
    if setting(node, "is_training") or setting(node, "data_format") != "NHWC":
        raise unusual(node)
    factor = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + setting(node, "epsilon"))
    return features.scaled(factor).shifted(beta - mean * factor)  # type: ignore[no-any-return]


def _reshaped(node: Node, values: list[Any]) -> Features:
    """Return features in another shape; the batch stays the first axis."""
    tensor = values[0].tensor()
    if node.op == "Reshape":
        shape = [int(side) for side in values[1]]
    elif node.op == "Squeeze":
        axes = {axis % tensor.ndim for axis in node.attr["squeeze_dims"].list.i}
        shape = [-1 if side is None else side for axis, side in enumerate(tensor.shape) if axis not in axes]
    else:
        shape = [-1 if side is None else side for side in tensor.shape]
        axis = int(values[1])
        shape.insert(axis if axis >= 0 else axis + len(shape) + 1, 1)
    if not shape or shape[0] != -1 or shape[1:].count(-1) > 1:
        raise unusual(node)
    if len(shape) == 2 and tensor.ndim > 2:
        return _plain(keras.layers.Flatten()(tensor))
    return _plain(keras.layers.Reshape(shape[1:])(tensor))


def _bias(node: Node, values: list[Any]) -> Features:
    if setting(node, "data_format") != "NHWC":
        raise unusual(node)
    return values[0].shifted(values[1])  # type: ignore[no-any-return]


def _concatenated(_: Node, values: list[Any]) -> Features:
    return _plain(keras.layers.Concatenate(axis=int(values[-1]))([one.tensor() for one in values[:-1]]))


def _layer(make: Callable[[Node], Any]) -> Callable[[Node, list[Any]], Features]:
    return lambda node, values: _plain(make(node)(values[0].tensor()))


def _activation(name: str) -> Callable[[Node, list[Any]], Features]:
    return _layer(lambda _: keras.layers.Activation(name))


def _operation(name: str) -> Callable[[Node, list[Any]], Features]:
    return _layer(lambda _: getattr(keras.ops, name))


def _cast(node: Node, values: list[Any]) -> Features:
    if not setting(node, "DstT").is_floating:
        raise unusual(node)
    return values[0]  # type: ignore[no-any-return]


def _squared_difference(_: Node, values: list[Any]) -> Features:
    return _plain(keras.ops.square(keras.ops.subtract(*(one.tensor() for one in values))))


_REBUILT: dict[str, Callable[[Node, list[Any]], Features | NDArray[np.int32]]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _depthwise,
    "MatMul": _product,
    "BiasAdd": _bias,
    "FusedBatchNormV3": _normalisation,
    "Pad": _padding,
    "PadV2": _padding,
    "MaxPool": _pooling("MaxPooling2D"),
    "AvgPool": _pooling("AveragePooling2D"),
    "Mean": _reduction("mean"),
    "Max": _reduction("max"),
    "Sum": _reduction("sum"),
    "Add": _binary("add", _merging("Add")),
    "AddV2": _binary("add", _merging("Add")),
    "Sub": _binary("subtract", _merging("Subtract")),
    "Mul": _binary("multiply", _merging("Multiply")),
    "RealDiv": _binary("divide", lambda both: keras.ops.divide(*both)),
    "Maximum": _binary("maximum", _merging("Maximum")),
    "Minimum": _binary("minimum", _merging("Minimum")),
    "ConcatV2": _concatenated,
    "Reshape": _reshaped,
    "Squeeze": _reshaped,
    "ExpandDims": _reshaped,
    "Relu": _activation("relu"),
    "Relu6": _layer(lambda _: keras.layers.ReLU(max_value=6.0)),
    "LeakyRelu": _layer(lambda node: keras.layers.LeakyReLU(negative_slope=setting(node, "alpha"))),
    "Elu": _activation("elu"),
    "Selu": _activation("selu"),
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "Softplus": _activation("softplus"),
    "Softmax": _activation("softmax"),
    "LogSoftmax": _activation("log_softmax"),
    "Erf": _operation("erf"),
    "Erfc": lambda _, values: _plain(keras.ops.erf(values[0].tensor())).scaled(_MINUS).shifted(-_MINUS),
    "Rsqrt": _operation("rsqrt"),
    "Sqrt": _operation("sqrt"),
    "Square": _operation("square"),
    "Exp": _operation("exp"),
    "Neg": lambda _, values: values[0].scaled(_MINUS),
    "SquaredDifference": _squared_difference,
    "Identity": lambda _, values: values[0],
    "StopGradient": lambda _, values: values[0],
    "Cast": _cast,
    "Shape": lambda _, values: np.array([-1 if side is None else side for side in values[0].shape], np.int32),
}
"""What becomes of each operation that features pass through."""


def _name(name: str) -> str:
    return "".join(one if one.isalnum() or one in "_-." else "_" for one in name)[:80] or "image"
