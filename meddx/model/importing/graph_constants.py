"""Work out the constant parts of a SavedModel's graph in NumPy: shapes, axes, folded normalisation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.model.importing.saved_model_graph import MOST_NUMBERS, Node, constant

_Array = NDArray[Any]


def _slice(node: Node, values: list[_Array]) -> _Array:
    """Return a StridedSlice of a vector, the only kind that shapes are taken apart with."""
    vector, (begin,), (end,), (step,) = values
    attributes = node.attr
    if attributes["ellipsis_mask"].i or attributes["new_axis_mask"].i or vector.ndim != 1:
        raise unusual(node)
    if attributes["shrink_axis_mask"].i:
        return np.asarray(vector[begin])
    return vector[None if attributes["begin_mask"].i else begin : None if attributes["end_mask"].i else end : step]


def _squeezed(node: Node, values: list[_Array]) -> _Array:
    return np.squeeze(values[0], tuple(node.attr["squeeze_dims"].list.i) or None)


def _cast(node: Node, values: list[_Array]) -> _Array:
    return values[0].astype(tf.dtypes.as_dtype(node.attr["DstT"].type).as_numpy_dtype)


def _packed(node: Node, values: list[_Array]) -> _Array:
    return np.stack(values, axis=node.attr["axis"].i)


_BINARY: dict[str, Callable[[_Array, _Array], Any]] = {
    "Add": np.add,
    "AddV2": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "RealDiv": np.divide,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
}
_UNARY: dict[str, Callable[[_Array], Any]] = {
    "Identity": lambda value: value,
    "PlaceholderWithDefault": lambda value: value,
    "StopGradient": lambda value: value,
    "Rsqrt": lambda value: tf.math.rsqrt(value).numpy(),  # rounded as TensorFlow does
    "Sqrt": np.sqrt,
    "Square": np.square,
    "Neg": np.negative,
}
_OTHERS: dict[str, Callable[[Node, list[_Array]], Any]] = {
    "Const": lambda node, _: constant(node),
    "Cast": _cast,
    "Squeeze": _squeezed,
    "StridedSlice": _slice,
    "Pack": _packed,
    "Reshape": lambda _, values: np.reshape(values[0], values[1]),
    "ExpandDims": lambda _, values: np.expand_dims(values[0], int(values[1])),
    "ConcatV2": lambda _, values: np.concatenate(values[:-1], axis=int(values[-1])),
    "Transpose": lambda _, values: np.transpose(values[0], values[1]),
    "Prod": lambda _, values: np.prod(values[0], axis=tuple(np.atleast_1d(values[1]))),
}
CONSTANT_OPERATIONS = frozenset(_BINARY) | frozenset(_UNARY) | frozenset(_OTHERS)


def folded(node: Node, values: list[_Array]) -> _Array:
    """Return an operation's output of constants. Raises Refused for one that is not known, or makes too much."""
    if node.op in _BINARY:
        if np.prod(np.broadcast_shapes(*(value.shape for value in values)), dtype=np.float64) > MOST_NUMBERS:
            raise unusual(node)
        result = _BINARY[node.op](*values)
    elif node.op in _UNARY:
        result = _UNARY[node.op](*values)
    elif node.op in _OTHERS:
        result = _OTHERS[node.op](node, values)
    else:
        raise unusual(node)
    if np.size(result) > MOST_NUMBERS:
        raise unusual(node)
    return np.asarray(result)


def unusual(node: Node) -> Refused:
    """Return the refusal of an operation that is known, but not in the way in which it is used here."""
    return Refused(
        "graph-operation",
        f"Operation {node.name[:80]!r} ({node.op[:40]}) of the SavedModel's graph is used in a way that no Keras layer "
        "has; load the model where it was made and save it with model.save('model.keras').",
    )
