"""A film as a small picture inside the page, with or without its evidence, from the samples that the engine decoded."""

import base64
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from meddx.imaging.drawable import undrawn
from meddx.imaging.grayscale import display
from meddx.imaging.overlay import OPACITY, overlay
from meddx.types import DrawableFilm, Film, Prediction

SIDE = 360
"""Longest side in pixels."""


def thumbnail(film: DrawableFilm, side: int = SIDE) -> bytes:
    """JPEG of the film as display() shows it."""
    return _jpeg(np.rint(255 * display(_small(film, side))).astype(np.uint8), film, side)


def alone(film: DrawableFilm) -> str:
    """The film itself: a data: URI, which has no address of its own."""
    return _uri(thumbnail(film))


def with_evidence(film: DrawableFilm, answer: Prediction, label: str, opacity: float = OPACITY) -> str:
    """The film under the evidence for `label`, on the card's scale: a data: URI."""
    heatmap = answer.heatmaps[label]
    pixels = overlay(_small(film, SIDE), heatmap, answer.heatmap_scale, answer.placement, opacity=opacity)
    return _uri(_jpeg(pixels, film, SIDE))


def _uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _small(film: DrawableFilm, side: int) -> Film:
    return undrawn(film, max(max(film.rows, film.columns) // (2 * side), 1))


def _jpeg(pixels: NDArray[np.uint8], film: DrawableFilm, side: int) -> bytes:
    """At most `side` long, its pixels square. A film smaller than that keeps its size; the browser enlarges it."""
    rows, columns = film.rows * max(film.pixel_aspect, 1.0), film.columns / min(film.pixel_aspect, 1.0)
    shrink = min(side / max(rows, columns), 1.0)
    size = max(round(columns * shrink), 1), max(round(rows * shrink), 1)
    file = BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BOX).save(file, "JPEG", quality=90)
    return file.getvalue()
