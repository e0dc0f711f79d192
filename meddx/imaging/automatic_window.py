"""Computation of the window of a grey image that states none: the range of its pixels without padding."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from meddx.imaging.windowing import full_range_window
from meddx.types import Window

PADDING = {
    "PixelData": ("PixelPaddingValue", "PixelPaddingRangeLimit"),
    "FloatPixelData": ("FloatPixelPaddingValue", "FloatPixelPaddingRangeLimit"),
    "DoubleFloatPixelData": ("DoubleFloatPixelPaddingValue", "DoubleFloatPixelPaddingRangeLimit"),
}
"""Value and range limit by the element that holds the pixels."""


def padding(stored: NDArray[Any], elements: Dataset, little_endian: bool) -> NDArray[np.bool_]:
    """Return where stored values (rows, columns) are padding: Pixel Padding Value to Range Limit, C.7.5.1.1.2."""
    keywords = next(pair for keyword, pair in PADDING.items() if keyword in elements)
    limits = [
        limit
        for keyword in keywords
        if (limit := _limit(elements.get(keyword), stored, elements, little_endian)) is not None
    ]
    if keywords[0] not in elements or not limits:
        return np.zeros(stored.shape, dtype=np.bool_)
    return (stored >= min(limits)) & (stored <= max(limits))


def automatic_window(values: NDArray[np.float32], left_out: NDArray[np.bool_]) -> Window | None:
    """Return the window from the lowest to the highest value outside `left_out`, or None where it is the full range."""
    if not left_out.any() or left_out.all():
        return None
    return full_range_window(values[~left_out])


def _limit(stated: object, stored: NDArray[Any], elements: Dataset, little_endian: bool) -> float | None:
    """Return a padding value in the representation of the stored values, None where it is no number.

    Its VR follows Pixel Representation, but many files write a negative value as unsigned or the other way round.
    """
    if isinstance(stated, bytes) and len(stated) == 2:
        stated = int.from_bytes(stated, "little" if little_endian else "big")
    if not isinstance(stated, int | float):
        return None
    if stored.dtype.kind == "f":
        return float(stated)
    if stored.dtype.kind == "u":
        return stated + (1 << 16) if stated < 0 else stated
    stored_bits = int(elements.BitsStored)
    for bits in (stored_bits, 16):
        if 1 << (bits - 1) <= stated < 1 << bits:
            return stated - (1 << bits)
    return stated
