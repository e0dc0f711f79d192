"""A film with its evidence as a small picture inside the page: it has no address, and goes with the page."""

import base64
from io import BytesIO

from PIL import Image

from meddx.imaging.drawable import undrawn
from meddx.imaging.overlay import OPACITY, overlay
from meddx.types import DrawableFilm, Prediction

SIDE = 360
"""Longest side in pixels."""


def thumbnail(film: DrawableFilm, answer: Prediction, label: str, opacity: float = OPACITY) -> str:
    """A data: URI of a JPEG: the film as display() shows it under the evidence for `label`, on the card's scale.

    A film smaller than SIDE keeps its size; the browser enlarges it.
    """
    small = undrawn(film, max(max(film.rows, film.columns) // (2 * SIDE), 1))
    heatmap = answer.heatmaps[label]
    pixels = overlay(small, heatmap, answer.heatmap_scale, answer.placement, opacity=opacity)
    rows, columns = film.rows * max(film.pixel_aspect, 1.0), film.columns / min(film.pixel_aspect, 1.0)
    shrink = min(SIDE / max(rows, columns), 1.0)
    size = max(round(columns * shrink), 1), max(round(rows * shrink), 1)
    file = BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BOX).save(file, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
