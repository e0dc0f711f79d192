"""Lookup tables of DICOM: Modality LUT (PS3.3 C.11.1), VOI LUT (C.11.2) and Palette Color (C.7.6.3.1.5, C.7.9.2)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset


class LookupTableError(ValueError):
    """A lookup table that cannot be read; the text holds nothing of the file."""


def table_descriptor(stated: object, highest: float) -> tuple[int, int, int]:
    """Number of entries, first value mapped and bits per entry; `highest` is the highest value that can be looked up.

    A first value written as unsigned although the values are signed lies above `highest` and is read as signed.
    """
    if not isinstance(stated, Sequence) or len(stated) != 3:
        raise LookupTableError("the descriptor has not three values")
    entries, first, bits = (int(value) for value in stated)
    if not 1 <= bits <= 16:
        raise LookupTableError("the entries have not 1 to 16 bits")
    if first > highest and first >= 1 << 15:
        first -= 1 << 16
    return entries % (1 << 16) or 1 << 16, first, bits


def table_entries(data: object, count: int, little_endian: bool) -> NDArray[np.uint16]:
    """The table as uint16 (count,), from OW or OB bytes (two entries a word when of 8 bits) or numbers."""
    if isinstance(data, bytes | bytearray):
        one_byte = len(data) < 2 * count
        dtype = np.dtype("u1") if one_byte else np.dtype("<u2" if little_endian else ">u2")
        table = np.frombuffer(data, dtype, count=min(count, len(data) // dtype.itemsize))
    else:
        numbers = np.atleast_1d(np.asarray(data if data is not None else [], dtype=np.int64))
        table = (numbers[:count] & 0xFFFF).astype(np.uint16)
    if len(table) == 0:
        raise LookupTableError("the table is empty")
    return table.astype(np.uint16)


def apply_table(values: NDArray[Any], first: int, table: NDArray[Any]) -> NDArray[Any]:
    """table[value - first]; values before the table take its first entry, values after it the last one."""
    index = np.clip(values.astype(np.int32, copy=False), first, first + len(table) - 1)
    index -= first
    return table.take(index)


def apply_palette(elements: Dataset, values: NDArray[Any], little_endian: bool) -> NDArray[np.uint8]:
    """PALETTE COLOR values (rows, columns) to RGB uint8 (rows, columns, 3). Raises BadTable."""
    channels = []
    for colour in ("Red", "Green", "Blue"):
        stated = elements.get(f"{colour}PaletteColorLookupTableDescriptor")
        count, first, bits = table_descriptor(stated, float(values.max()))
        data = elements.get(f"{colour}PaletteColorLookupTableData")
        if data is not None:
            table = table_entries(data, count, little_endian)
        else:
            segments = elements.get(f"Segmented{colour}PaletteColorLookupTableData")
            table = _expanded(table_entries(segments, len(segments or b"") // (bits // 8), little_endian), count)
        # Bits per entry says 16 in many files whose entries have 8 (C.7.6.3.1.5 allows it for 8-bit entries in words).
        if bits == 16 and table.max() > 0xFF:
            table >>= 8
        channels.append(apply_table(values, first, table.astype(np.uint8)))
    return np.stack(channels, axis=-1)


def _expanded(segments: NDArray[np.uint16], count: int) -> NDArray[np.uint16]:
    """Segmented table to a plain one, PS3.3 C.7.9.2; never longer than `count` entries."""
    table: list[int] = []
    stream = segments.tolist()
    position = 0
    while position + 2 < len(stream) and len(table) < count:
        opcode, length = stream[position], stream[position + 1]
        if opcode == 2:
            raise LookupTableError("indirect segments are not read")
        position = _append_segment(table, stream, position, opcode, min(length, count))
    if not table:
        raise LookupTableError("the table is empty")
    return np.asarray(table[:count], dtype=np.uint16)


def _append_segment(table: list[int], stream: list[int], position: int, opcode: int, length: int) -> int:
    """Append one discrete (0) or linear (1) segment and return where the next begins."""
    if opcode == 0:
        table.extend(stream[position + 2 : position + 2 + length])
        return position + 2 + length
    if opcode == 1 and table:
        start, end = table[-1], stream[position + 2]
        table.extend(round(start + (end - start) * step / length) for step in range(1, length + 1))
        return position + 3
    raise LookupTableError("a segment is of no known kind")
