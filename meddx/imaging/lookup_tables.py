"""Lookup tables of DICOM: Modality LUT (PS3.3 C.11.1), VOI LUT (C.11.2) and Palette Color (C.7.6.3.1.5, C.7.9.2)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from meddx.imaging.segmented_lut import BadTable, expanded_segments


def table_descriptor(stated: object, lowest: float, highest: float) -> tuple[int, int, int]:
    """Return the number of entries, the first value mapped and the bits per entry.

    lowest, highest: of the values that can be looked up. The first value mapped is signed where these are (PS3.3
    C.11.1.1, C.11.2.1.1, C.7.6.3.1.5); one written with the other sign is read with theirs, if that brings it within
    their range. Raises BadTable.
    """
    if not isinstance(stated, Sequence) or len(stated) != 3:
        raise BadTable("the descriptor has not three values")
    entries, first, bits = (int(value) for value in stated)
    if not 1 <= bits <= 16:
        raise BadTable("the entries have not 1 to 16 bits")
    if lowest < 0 and first > highest and first >= 1 << 15:
        first -= 1 << 16
    elif lowest >= 0 and first < 0 and first + (1 << 16) <= highest:
        first += 1 << 16
    return entries % (1 << 16) or 1 << 16, first, bits


def value_limits(values: NDArray[Any]) -> tuple[float, float]:
    """Return the lowest value that the type of stored values can hold, and the highest value there is."""
    return float(np.iinfo(values.dtype).min), float(values.max())


def is_empty(item: Dataset) -> bool:
    """Return whether an item of a LUT sequence states no table, as some toolkits write where there is none."""
    return not item.get("LUTDescriptor") and not item.get("LUTData")


def lut_data(item: Dataset, count: int, little_endian: bool) -> NDArray[np.uint16]:
    """Return the table of an item of a Modality or VOI LUT Sequence as uint16, at most `count` entries.

    Raises BadTable.
    """
    return table_entries(item.get("LUTData"), count, "LUTData" in item and _in_words(item, "LUTData", little_endian))


def table_entries(data: object, count: int, little_endian: bool) -> NDArray[np.uint16]:
    """Return the table as uint16 (entries,), at most `count` entries.

    data: OW bytes (two entries a word when of 8 bits) or numbers. Raises BadTable where there is no entry.
    """
    if isinstance(data, bytes | bytearray):
        words = np.frombuffer(data, "<u2" if little_endian else ">u2", count=len(data) // 2)
        if len(data) > count + 1:  # a table of words may be cut short, one of bytes has at most a byte of padding
            table = words[:count]
        else:  # the first entry in the low byte of the word, PS3.3 C.11.1.1.1
            odd = np.frombuffer(data[len(words) * 2 :], "u1")
            table = np.concatenate([words.astype("<u2").view("u1"), odd])[:count]
    else:
        numbers = np.atleast_1d(np.asarray(data if data is not None else [], dtype=np.int64))
        table = (numbers[:count] & 0xFFFF).astype(np.uint16)
    if len(table) == 0:
        raise BadTable("the table is empty")
    return table.astype(np.uint16)


def apply_table(values: NDArray[Any], first: int, table: NDArray[Any]) -> NDArray[Any]:
    """Return table[value - first] for every value.

    Values before the table take its first entry, values after it the last one.
    """
    if values.dtype.kind in "iu":
        values = values.astype(np.int32 if values.dtype.itemsize < 4 else np.int64, copy=False)
    index = np.clip(values, first, first + len(table) - 1).astype(np.int64 if values.itemsize > 4 else np.int32)
    index -= first
    found: NDArray[Any] = table.take(index)
    return found


def refuse_missing_entries(values: NDArray[Any], first: int, count: int, entries: int) -> None:
    """Raise BadTable where a table of `entries` instead of the `count` stated ends before the entry of a value."""
    if entries < count and bool(((values >= first + entries) & (values < first + count)).any()):
        raise BadTable("the table ends before the entry of a pixel")


def apply_palette(elements: Dataset, values: NDArray[Any], little_endian: bool) -> NDArray[np.uint8]:
    """Return the RGB colours, uint8 (rows, columns, 3), of PALETTE COLOR values (rows, columns).

    Raises BadTable.
    """
    tables, firsts, stated_bits = [], [], 8
    for colour in ("Red", "Green", "Blue"):
        stated = elements.get(f"{colour}PaletteColorLookupTableDescriptor")
        count, first, bits = table_descriptor(stated, *value_limits(values))
        element = f"{colour}PaletteColorLookupTableData"
        if elements.get(element) is not None:
            table = table_entries(elements[element].value, count, _in_words(elements, element, little_endian))
        else:
            element = f"Segmented{element}"
            segments = elements.get(element) or b""
            fields = len(segments) // (2 if bits > 8 else 1)
            words = table_entries(segments, fields, _in_words(elements, element, little_endian))
            table = expanded_segments(words, count, bits)
        refuse_missing_entries(values, first, count, len(table))
        tables.append(table)
        firsts.append(first)
        stated_bits = max(stated_bits, bits)
    shift = _excess_bits(max(int(table.max()) for table in tables), stated_bits)
    channels = [
        apply_table(values, first, (table >> shift).astype(np.uint8))
        for first, table in zip(firsts, tables, strict=True)
    ]
    return np.stack(channels, axis=-1)


def _in_words(elements: Dataset, keyword: str, little_endian: bool) -> bool:
    """Return whether the bytes need no swapping: OB never does, OW does in a big endian file (PS3.5 7.3)."""
    return little_endian or elements[keyword].VR == "OB"


def _excess_bits(highest: int, stated: int) -> int:
    """Return by how many bits the entries of the three tables must be shifted to leave 8 bits.

    Bits per entry is one number for the three tables (C.7.6.3.1.5). It is 16 in many files whose entries have 8 bits,
    and 8 in some whose entries have 16.
    """
    if highest <= 0xFF:
        return 0
    return (stated if highest < 1 << stated else 16) - 8
