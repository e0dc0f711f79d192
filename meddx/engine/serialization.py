"""Serialise messages between processes: msgpack of plain data, arrays as dtype, shape and bytes, and no pickle."""

from dataclasses import fields, is_dataclass
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import Diagnosis, EvaluationResult, StoredJob
from meddx.evaluate.external_predictions import ExternalPredictions
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.system import System
from meddx.evaluate.predictions import Predictions
from meddx.types import (
    Counterfactual,
    DrawableImage,
    EngineStatus,
    Explanation,
    JobStatus,
    MapCheck,
    MapMeasure,
    OodScore,
    Placement,
    Prediction,
    Refusal,
    SimilarCase,
    StoredFrame,
    VoiLut,
    Window,
)

TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Aligned,
        Diagnosis,
        DrawableImage,
        EngineStatus,
        EvaluationResult,
        Explanation,
        ExternalPredictions,
        OodScore,
        Counterfactual,
        JobStatus,
        MapMeasure,
        PairedDifference,
        SimilarCase,
        Placement,
        Prediction,
        Predictions,
        Refusal,
        MapCheck,
        StoredFrame,
        StoredJob,
        System,
        VoiLut,
        Window,
    )
}
"""The dataclasses that cross the seam, by name."""
_KIND = "__kind__"


def serialize(message: object) -> bytes:
    """Return the bytes of None, numbers, text, bytes, tuples, dicts, arrays or one of TYPES.

    Raises TypeError for anything else.
    """
    packed: bytes = msgpack.packb(message, default=_plain)
    return packed


def deserialize(data: bytes) -> object:
    """Return what `serialize` was given; lists come back as tuples.

    Raises ValueError for bytes that are not such a message.
    """
    message: object = msgpack.unpackb(data, object_hook=_rebuilt, use_list=False)
    return message


def _plain(value: object) -> dict[str, Any]:
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        contiguous = np.ascontiguousarray(value)
        return {_KIND: "array", "dtype": value.dtype.str, "shape": value.shape, "data": contiguous.tobytes()}
    if is_dataclass(value) and type(value).__name__ in TYPES:
        return {_KIND: type(value).__name__} | {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} does not cross the seam")


def _rebuilt(values: dict[str, Any]) -> object:
    kind = values.pop(_KIND, None)
    if kind is None:
        return values
    if kind == "array":
        return _array(values["dtype"], values["shape"], values["data"])
    if kind not in TYPES:
        raise ValueError(f"{kind!r} is no type that crosses the seam")
    return TYPES[kind](**values)


def _array(dtype: str, shape: tuple[int, ...], data: bytes) -> NDArray[Any]:
    """Return a read-only view of `data`."""
    return np.frombuffer(data, np.dtype(dtype)).reshape(shape)
