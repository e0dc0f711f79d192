"""Small pictures of an image as JPEG."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.imaging.windowing import display, full_range_window
from meddx.types import Image, Window


def thumbnail_jpeg(image: Image, side: int) -> bytes:
    """Return the image as JPEG in its window (meddx.imaging.windowing.display), at most `side` pixels long."""
    step = max(max(image.values.shape[:2]) // (2 * side), 1)
    fewer = replace(image, values=image.values[::step, ::step], window=image.window or _full_range(image))
    return pixels_jpeg(np.rint(255 * display(fewer)).astype(np.uint8), image.pixel_aspect, side)


def pixels_jpeg(pixels: NDArray[np.uint8], pixel_aspect: float, side: int) -> bytes:
    """Return a JPEG with square pixels, at most `side` long; smaller pictures keep their size.

    pixels: (rows, columns) or (rows, columns, 3). pixel_aspect: height of a pixel over its width.
    """
    rows, columns = pixels.shape[0] * max(pixel_aspect, 1.0), pixels.shape[1] / min(pixel_aspect, 1.0)
    shrink = min(side / max(rows, columns), 1.0)
    size = max(round(columns * shrink), 1), max(round(rows * shrink), 1)
    file = BytesIO()
    PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.BOX).save(file, "JPEG", quality=90)
    return file.getvalue()


def _full_range(image: Image) -> Window | None:
    return None if image.is_colour else full_range_window(image.values)
