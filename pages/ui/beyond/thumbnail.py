"""A small picture of a film, from the samples that the engine has decoded."""

import gzip
import io

import numpy as np
from PIL import Image

from meddx.imaging.grayscale import apply_window
from meddx.types import DrawableFilm

SIDE = 160


def thumbnail(film: DrawableFilm, side: int = SIDE) -> bytes:
    """PNG of at most `side` x `side` pixels, in the film's own window (VOI LUTs apart: they are for the viewer)."""
    samples = gzip.decompress(film.pixels)
    if film.channels == 3:
        shown = np.frombuffer(samples, np.uint8).reshape(film.rows, film.columns, 3)
    else:
        stored = np.frombuffer(samples, "<u2").reshape(film.rows, film.columns).astype(np.float32)
        values = stored * np.float32(film.slope) + np.float32(film.intercept)
        grey = values if film.window is None else apply_window(values, film.window)
        shown = np.rint(255 * (1 - grey if film.inverted else grey)).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(shown))
    tall = film.rows * film.pixel_aspect
    scale = side / max(tall, film.columns)
    image = image.resize((max(1, round(film.columns * scale)), max(1, round(tall * scale))), Image.Resampling.BOX)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
