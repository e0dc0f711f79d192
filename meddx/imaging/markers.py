"""Drawing of marks unrelated to the patient's illness: side letters, tubes, text, borders, exposure.

A network may learn from them all the same, where they were correlated with a label in its training images (Zech et al.
2018, PLoS Med 15:e1002683; DeGrave et al. 2021, Nat Mach Intell 3:610). They are drawn here to plant and to probe such
shortcuts.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageDraw, ImageFont

DisplayedImage = NDArray[np.float32]
"""A displayed image, float32 (rows, columns) or (rows, columns, channels) in [0, 1]."""

BRIGHTNESS = "brightness"
BRIGHTER = 0.15
BORDER = 0.04
"""Width of the border, as a share of each side."""


def _drawn(shape: tuple[int, int], draw: Callable[[ImageDraw.ImageDraw, int], None]) -> DisplayedImage:
    """Return the opacity of a marker, float32 of shape `shape` in [0, 1].

    It is drawn on a square four times as large as the image's longer side and averaged down.
    """
    side = 4 * max(shape)
    canvas = PIL.Image.new("L", (side, side))
    draw(ImageDraw.Draw(canvas), side)
    return np.asarray(canvas.resize((shape[1], shape[0]), PIL.Image.Resampling.BOX), np.float32) / np.float32(255)


def side_letter(shape: tuple[int, int]) -> DisplayedImage:
    """Return the opacity of an R in the upper corner on the reader's left."""
    return _drawn(
        shape, lambda pen, side: pen.text((0.05 * side, 0.02 * side), "R", 255, ImageFont.load_default(0.17 * side))
    )


def tube(shape: tuple[int, int]) -> DisplayedImage:
    """Return the opacity of a line that enters from above, runs through the mediastinum and curves to one side."""

    def draw(pen: ImageDraw.ImageDraw, side: int) -> None:
        t = np.linspace(0, 1, 40)
        x, y = 0.52 + 0.03 * np.sin(5 * t) + 0.16 * np.clip(t - 0.6, 0, 1) ** 1.2, 0.75 * t
        pen.line([(side * a, side * b) for a, b in zip(x, y, strict=True)], 255, max(1, round(0.02 * side)))

    return _drawn(shape, draw)


def corner_text(shape: tuple[int, int]) -> DisplayedImage:
    """Return the opacity of two short lines of text in the lower corner on the reader's right."""
    return _drawn(
        shape,
        lambda pen, side: pen.multiline_text(
            (0.74 * side, 0.85 * side), "AP 12\nBED", 255, ImageFont.load_default(0.065 * side)
        ),
    )


def border(shape: tuple[int, int]) -> DisplayedImage:
    """Return the opacity of a frame along all four edges."""
    opaque = np.ones(shape, np.float32)
    rows, columns = (max(1, round(BORDER * side)) for side in shape)
    opaque[rows:-rows, columns:-columns] = 0
    return opaque


OPAQUE: dict[str, Callable[[tuple[int, int]], DisplayedImage]] = {
    "side letter": side_letter,
    "tube": tube,
    "corner text": corner_text,
    "border": border,
}
MARKERS = (*OPAQUE, BRIGHTNESS)
"""Names of the markers that `add_marker` can put on an image."""

WHITE = 0.95


@lru_cache(maxsize=len(OPAQUE))
def _opacity(marker: str, rows: int, columns: int) -> DisplayedImage:
    return OPAQUE[marker]((rows, columns))


def add_marker(shown: DisplayedImage, marker: str) -> DisplayedImage:
    """Return the image (rows, columns) in [0, 1] with the marker on it.

    The marker BRIGHTNESS makes the whole image brighter by BRIGHTER.
    """
    if marker == BRIGHTNESS:
        return np.asarray(np.clip(shown + BRIGHTER, 0, 1), np.float32)
    opaque = _opacity(marker, *shown.shape)
    return np.asarray(shown + opaque * (WHITE - shown), np.float32)
