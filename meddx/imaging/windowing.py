"""The grey part of the pixel pipeline: from modality values to displayed values, PS3.3 C.11.2 and PS3.4 N.2."""

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.lookup_tables import apply_table
from meddx.types import Image, Window

LARGEST_FLOAT, SMALLEST_FLOAT = float(np.finfo(np.float32).max) / 4, float(np.finfo(np.float32).tiny) * 4
"""What a window may be made of: sums, differences and reciprocals of such numbers are finite in float32."""


def display(image: Image, window: Window | None = None) -> NDArray[np.float32]:
    """Return the displayed image, float32 in [0, 1] with white = 1.

    Grey is (rows, columns), colour (rows, columns, 3). `window` (grey only) replaces what the file states; else its VOI
    LUT, else its window, else the full range of the values. MONOCHROME1 is inverted here, once. Raises Refused "window"
    for a window of unusable width.
    """
    values = image.values
    if values.ndim == 3:
        return np.multiply(values, np.float32(1 / 255), dtype=np.float32)
    if window is None and image.voi_lut is not None:
        shown = apply_table(np.rint(values), image.voi_lut.first, image.voi_lut.table)
    else:
        shown = apply_window(values.astype(np.float32, copy=False), window or image.window or full_range_window(values))
    if image.inverted:
        np.subtract(1, shown, out=shown)
    return shown


def is_valid_window(window: Window) -> bool:
    """Return whether the window can be applied.

    Its width must be one that its function allows: LINEAR at least 1, the others above 0 (C.11.2.1.2). And float32, in
    which the values are, must be able to hold both numbers and divide by the width.
    """
    if not (abs(window.center) <= LARGEST_FLOAT and window.width <= LARGEST_FLOAT):
        return False
    return window.width >= (1 if window.function == "LINEAR" else SMALLEST_FLOAT)


def full_range_window(values: NDArray[np.float32] | NDArray[np.uint8]) -> Window:
    """Return the window that shows the lowest value as 0 and the highest as 1.

    All are shown as 0 where there is only one value.
    """
    low, high = float(values.min()), float(values.max())
    width = high - low if high - low >= SMALLEST_FLOAT else 1.0
    return Window(low + width / 2, width, "LINEAR_EXACT")


def apply_window(values: NDArray[np.float32], window: Window) -> NDArray[np.float32]:
    """Return the values mapped through a window as a new float32 array in [0, 1].

    Raises Refused "window".
    """
    if not is_valid_window(window):
        raise Refused("window", "The window has no usable width: LINEAR needs at least 1, other functions above 0.")
    center, width = window.center, window.width
    if window.function == "SIGMOID":  # C.11.2.1.3.1
        with np.errstate(over="ignore"):  # infinity is clipped as any number beyond 80
            exponent = np.clip((values - np.float32(center)) * np.float32(-4 / width), -80, 80)
        shown: NDArray[np.float32] = 1 / (1 + np.exp(exponent))
        return shown
    if window.function == "LINEAR":  # C.11.2.1.2.1 is LINEAR_EXACT of a window half a step lower and one narrower
        center, width = center - 0.5, width - 1
    if width == 0:
        return (values > np.float32(center)).astype(np.float32)
    # C.11.2.1.3.2: (x - c) / w + 0.5, clipped
    with np.errstate(over="ignore"):
        shown = values - np.float32(center - width / 2)
        shown *= np.float32(1 / width)
    return np.clip(shown, 0, 1, out=shown)
