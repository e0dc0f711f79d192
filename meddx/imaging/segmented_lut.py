"""Expansion of Segmented Palette Color Lookup Tables, PS3.3 C.7.9.2."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

DISCRETE, LINEAR, INDIRECT = 0, 1, 2


class BadTable(ValueError):
    """A lookup table that cannot be read; the message holds nothing of the file."""


def expanded_segments(segments: NDArray[np.uint16], count: int, bits: int) -> NDArray[np.uint16]:
    """Return the plain table (at most `count` entries) of segments whose fields have `bits` bits (8 or 16).

    Each segment but an indirect one must add an entry, so that no table costs more than its entries. Raises BadTable.
    """
    table: list[int] = []
    stream: list[int] = segments.tolist()
    for position in _positions(stream, bits):
        _append_segment(table, stream, position)
        if len(table) >= count:
            break
    if not table:
        raise BadTable("the table is empty")
    return np.asarray(table[:count], dtype=np.uint16)


def _positions(stream: list[int], bits: int) -> Iterator[int]:
    """Yield the position of each discrete or linear segment, also when an indirect segment repeats it (C.7.9.2.3)."""
    position = 0
    while position + 2 < len(stream):
        if stream[position] != INDIRECT:
            yield position
            position = _next(stream, position)
            continue
        wide = 2 if bits > 8 else 4
        if position + 2 + wide > len(stream):
            raise BadTable("an indirect segment is cut short")
        offset = sum(part << (at * 32 // wide) for at, part in enumerate(stream[position + 2 : position + 2 + wide]))
        repeated = offset // 2 if bits > 8 else offset
        for _ in range(stream[position + 1]):
            if repeated + 2 >= len(stream) or stream[repeated] == INDIRECT:
                raise BadTable("an indirect segment points at no other segment")
            yield repeated
            repeated = _next(stream, repeated)
        position += 2 + wide


def _next(stream: list[int], position: int) -> int:
    return position + (2 + stream[position + 1] if stream[position] == DISCRETE else 3)


def _append_segment(table: list[int], stream: list[int], position: int) -> None:
    """Append the entries of one discrete or linear segment."""
    opcode, length = stream[position : position + 2]
    if length == 0:
        raise BadTable("a segment is empty")
    if opcode == DISCRETE and position + 2 + length > len(stream):
        raise BadTable("a discrete segment is cut short")
    if opcode == DISCRETE:
        table.extend(stream[position + 2 : position + 2 + length])
    elif opcode == LINEAR and table:
        start, end = table[-1], stream[position + 2]
        table.extend(round(start + (end - start) * step / length) for step in range(1, length + 1))
    else:
        raise BadTable("a segment is of no known kind")
