"""Messages between processes: msgpack of plain data, arrays as dtype, shape and bytes, and no pickle."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

_KIND = "__kind__"
_LONG = 1 << 16


class PlainMessages:
    """Messages of None, numbers, text, bytes, tuples, dicts, arrays and some dataclasses. types: those dataclasses."""

    def __init__(self, types: Iterable[type]) -> None:
        self.types = {kind.__name__: kind for kind in types}

    def serialize(self, message: object) -> bytes:
        """Return the bytes of a message.

        Raises TypeError for anything else.
        """
        packed: bytes = msgpack.packb(message, default=self._plain)
        return packed

    def message_parts(self, message: object) -> list[bytes | memoryview]:
        """Return what `serialize` returns in parts, without a copy of long bytes in it: a film, in each question of it.

        Raises TypeError like `serialize`.
        """
        parts: list[bytes | memoryview] = []
        self._add_parts(message, parts)
        return parts

    def _add_parts(self, message: object, parts: list[bytes | memoryview]) -> None:
        if isinstance(message, bytes) and _LONG <= len(message) < 1 << 32:
            parts += (b"\xc6" + len(message).to_bytes(4), memoryview(message))  # "bin 32" of msgpack's specification
        elif isinstance(message, dict):
            parts.append(msgpack.Packer().pack_map_header(len(message)))
            for key, value in message.items():
                parts.append(self.serialize(key))
                self._add_parts(value, parts)
        else:
            parts.append(self.serialize(message))

    def deserialize(self, data: bytes) -> object:
        """Return what `serialize` was given; lists come back as tuples, arrays are read-only.

        Raises ValueError for bytes that are not such a message.
        """
        message: object = msgpack.unpackb(data, object_hook=self._rebuilt, use_list=False)
        return message

    def _plain(self, value: object) -> dict[str, Any]:
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            contiguous = np.ascontiguousarray(value)
            return {_KIND: "array", "dtype": value.dtype.str, "shape": value.shape, "data": contiguous.tobytes()}
        if is_dataclass(value) and type(value).__name__ in self.types:
            return {_KIND: type(value).__name__} | {field.name: getattr(value, field.name) for field in fields(value)}
        raise TypeError(f"{type(value).__name__} does not cross the seam")

    def _rebuilt(self, values: dict[str, Any]) -> object:
        kind = values.pop(_KIND, None)
        if kind is None:
            return values
        if kind == "array":
            return _array(values["dtype"], values["shape"], values["data"])
        if kind not in self.types:
            raise ValueError(f"{kind!r} is no type that crosses the seam")
        return self.types[kind](**values)


def _array(dtype: str, shape: tuple[int, ...], data: bytes) -> NDArray[Any]:
    """Return a read-only view of `data`."""
    return np.frombuffer(data, np.dtype(dtype)).reshape(shape)
