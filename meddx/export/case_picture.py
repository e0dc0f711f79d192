"""Draw the image of a case with its heat map, for the report and as a file."""

from io import BytesIO

import numpy as np
import PIL.Image
from PIL.PngImagePlugin import PngInfo

from meddx.config import RESEARCH_USE
from meddx.export.case_facts import CaseFacts, map_colour_scale, map_title
from meddx.imaging.drawable_image import from_drawable
from meddx.imaging.overlay import VIRIDIS, overlay, overlay_png, square_size
from meddx.imaging.windowing import display

_RAMP_HEIGHT = 12


def case_png(facts: CaseFacts) -> bytes:
    """Return the image in its default window under the heat map, in full size, as PNG with square pixels.

    Text chunks say what the colours are and that it is for research use; nothing says whose image it is.
    """
    if facts.explanation is None:
        return _png(case_picture(facts))
    heatmap = facts.explanation.maps[facts.label.name]
    scale = map_colour_scale(facts)
    about = f"{map_title(facts)}, {facts.card.id} {facts.card.version}; the colours end at {scale:.4g}."
    return overlay_png(from_drawable(facts.image), heatmap, scale, facts.explanation.placement, about=about)


def case_picture(facts: CaseFacts, side: int | None = None) -> PIL.Image.Image:
    """Return the same as an RGB picture; where `side` is given, at most so many pixels long."""
    longest = max(facts.image.rows, facts.image.columns)
    image = from_drawable(facts.image, 1 if side is None else max(longest // (2 * side), 1))
    if facts.explanation is None:
        picture = PIL.Image.fromarray(np.rint(255 * display(image)).astype(np.uint8)).convert("RGB")
    else:
        heatmap = facts.explanation.maps[facts.label.name]
        pixels = overlay(image, heatmap, map_colour_scale(facts), facts.explanation.placement)
        picture = PIL.Image.fromarray(pixels)
    columns, rows = square_size(picture.size, facts.image.pixel_aspect)
    shrink = 1.0 if side is None else min(side / max(columns, rows), 1.0)
    size = max(round(columns * shrink), 1), max(round(rows * shrink), 1)
    return picture if picture.size == size else picture.resize(size, PIL.Image.Resampling.BOX)


def colour_ramp() -> PIL.Image.Image:
    """Return the colours of evidence for a label from the weakest to the strongest, as a strip."""
    return PIL.Image.fromarray(np.repeat(VIRIDIS[np.newaxis], _RAMP_HEIGHT, axis=0))


def _png(picture: PIL.Image.Image) -> bytes:
    text = PngInfo()
    text.add_text("Description", RESEARCH_USE)
    file = BytesIO()
    picture.save(file, "PNG", pnginfo=text)
    return file.getvalue()
