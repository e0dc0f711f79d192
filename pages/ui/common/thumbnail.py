"""Thumbnails of decoded images as JPEG, plain or with the heat map over them."""

import base64
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.imaging.drawable_image import from_drawable
from meddx.imaging.overlay import OPACITY, overlay
from meddx.imaging.windowing import display
from meddx.types import DrawableImage, Image, Prediction

THUMBNAIL_SIDE = 360
"""Longest side in pixels."""


def thumbnail_jpeg(image: DrawableImage, side: int = THUMBNAIL_SIDE) -> bytes:
    """Return the image as JPEG in its window (meddx.imaging.windowing.display), at most `side` pixels long."""
    return _jpeg(np.rint(255 * display(_small(image, side))).astype(np.uint8), image, side)


def image_uri(image: DrawableImage) -> str:
    """Return the thumbnail as a data: URI."""
    return _uri(thumbnail_jpeg(image))


def overlay_uri(image: DrawableImage, answer: Prediction, label: str, opacity: float = OPACITY) -> str:
    """Return the thumbnail with the heat map of `label` over it, as a data: URI.

    It is on the card's scale, or stretched to its own maximum where the card has none.
    """
    heatmap = answer.heatmaps[label]
    scale = answer.heatmap_scale or float(heatmap.max()) or 1.0
    pixels = overlay(_small(image, THUMBNAIL_SIDE), heatmap, scale, answer.placement, opacity=opacity)
    return _uri(_jpeg(pixels, image, THUMBNAIL_SIDE))


def _uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _small(image: DrawableImage, side: int) -> Image:
    return from_drawable(image, max(max(image.rows, image.columns) // (2 * side), 1))


def _jpeg(pixels: NDArray[np.uint8], image: DrawableImage, side: int) -> bytes:
    """Return JPEG at most `side` pixels long, with square pixels; smaller images keep their size."""
    rows, columns = image.rows * max(image.pixel_aspect, 1.0), image.columns / min(image.pixel_aspect, 1.0)
    shrink = min(side / max(rows, columns), 1.0)
    size = max(round(columns * shrink), 1), max(round(rows * shrink), 1)
    file = BytesIO()
    PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.BOX).save(file, "JPEG", quality=90)
    return file.getvalue()
