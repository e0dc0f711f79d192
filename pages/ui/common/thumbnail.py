"""Thumbnails of drawn images as data: URIs, plain or with the heat map over them."""

import base64

from meddx.imaging.drawable_image import from_drawable
from meddx.imaging.overlay import OPACITY, overlay
from meddx.imaging.thumbnail import pixels_jpeg, thumbnail_jpeg
from meddx.types import DrawableImage, Image, Prediction

THUMBNAIL_SIDE = 360
"""Longest side in pixels."""


def image_uri(image: DrawableImage) -> str:
    """Return the thumbnail as a data: URI."""
    return jpeg_uri(thumbnail_jpeg(_small(image), THUMBNAIL_SIDE))


def overlay_uri(image: DrawableImage, answer: Prediction, label: str, opacity: float = OPACITY) -> str:
    """Return the thumbnail with the heat map of `label` over it, as a data: URI.

    It is on the card's scale, or stretched to its own maximum where the card has none.
    """
    heatmap = answer.heatmaps[label]
    scale = answer.heatmap_scale or float(heatmap.max()) or 1.0
    pixels = overlay(_small(image), heatmap, scale, answer.placement, opacity=opacity)
    return jpeg_uri(pixels_jpeg(pixels, image.pixel_aspect, THUMBNAIL_SIDE))


def jpeg_uri(jpeg: bytes) -> str:
    """Return the picture as a data: URI."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _small(image: DrawableImage) -> Image:
    return from_drawable(image, max(max(image.rows, image.columns) // (2 * THUMBNAIL_SIDE), 1))
