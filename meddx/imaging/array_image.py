"""Conversion of a pixel array to the Image that a PNG of these pixels would give."""

from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.raster import AS_SAVED
from meddx.imaging.refusals import refuse_too_many_pixels
from meddx.types import Image


def image_from_array(pixels: NDArray[Any]) -> Image:
    """Return the Image of an array of grey or RGB pixels.

    pixels: grey (rows, columns) or (rows, columns, 1), uint8 or uint16, or RGB (rows, columns, 3), uint8.
    Colour whose channels are all equal is read as the grey image it is. Raises Refused for another shape or type.
    """
    if pixels.ndim == 3 and (pixels.shape[2] == 1 or (pixels.shape[2] == 3 and _is_grey(pixels))):
        pixels = pixels[..., 0]
    colour = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8
    grey = pixels.ndim == 2 and pixels.dtype in (np.uint8, np.uint16)
    if not (colour or grey) or pixels.size == 0:
        raise Refused(
            "unsupported-image",
            f"An array of shape {pixels.shape} and type {pixels.dtype} is no image; give grey (rows, columns) of uint8 "
            "or uint16, or RGB (rows, columns, 3) of uint8.",
        )
    refuse_too_many_pixels(*pixels.shape[:2])
    bits_stored = 8 * pixels.dtype.itemsize
    return Image(
        values=np.ascontiguousarray(pixels) if colour else pixels.astype(np.float32),
        format="NPZ",
        bits_stored=bits_stored,
        value_range=(0.0, float((1 << bits_stored) - 1)),
        window=AS_SAVED if grey and bits_stored == 8 else None,
    )


def png_from_array(pixels: NDArray[Any]) -> bytes:
    """Return the pixels as a PNG file, which decodes to what image_from_array gives.

    Raises Refused as that does.
    """
    image = image_from_array(pixels)
    file = BytesIO()
    PIL.Image.fromarray(image.values if image.is_colour else image.values.astype(pixels.dtype)).save(file, "PNG")
    return file.getvalue()


def _is_grey(pixels: NDArray[Any]) -> bool:
    return bool((pixels == pixels[..., :1]).all())
