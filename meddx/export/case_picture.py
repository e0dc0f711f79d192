"""Draw the image of a case with its heat map, for the report and as a file."""

import math
from io import BytesIO

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from PIL.PngImagePlugin import PngInfo

from meddx.config import RESEARCH_USE
from meddx.export.case_facts import CaseFacts, map_colour_scale, map_title, verdict_caption
from meddx.export.measurement_drawing import draw_measurements
from meddx.imaging.drawable_image import from_drawable
from meddx.imaging.measurements import image_scale
from meddx.imaging.overlay import VIRIDIS, overlay, square_size
from meddx.imaging.windowing import display

_RAMP_HEIGHT = 12
_NARROWEST, _MARGIN = 240, 4
_SMALLEST_LETTERS, _LETTERS_A_LINE = 11, 45
"""Points of the caption's letters at least, and the share of the width that they take above."""


def case_png(facts: CaseFacts) -> bytes:
    """Return the image in its default window under heat map and measurements, in full size, as PNG with square pixels.

    Below the pixels of an image with a heat map it is written which method drew it and how its check ended, since such
    a picture is passed on without the page. Text chunks say what the colours are and that it is for research use;
    nothing says whose image it is.
    """
    picture = case_picture(facts)
    if facts.explanation is None:
        return _png(picture, RESEARCH_USE, facts.image.synthetic)
    colours = f"the colours end at {map_colour_scale(facts):.4g}"
    about = f"{map_title(facts)}, {facts.card.id} {facts.card.version}; {colours}. {RESEARCH_USE}"
    captioned = _captioned(picture, f"{map_title(facts)}. {verdict_caption(facts)}. {RESEARCH_USE}")
    return _png(captioned, about, facts.image.synthetic)


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
    if picture.size != size:
        picture = picture.resize(size, PIL.Image.Resampling.BOX)
    if facts.measurements:
        extent = facts.image.columns, facts.image.rows
        draw_measurements(picture, facts.measurements, image_scale(facts.image), extent)
    return picture


def colour_ramp() -> PIL.Image.Image:
    """Return the colours of evidence for a label from the weakest to the strongest, as a strip."""
    return PIL.Image.fromarray(np.repeat(VIRIDIS[np.newaxis], _RAMP_HEIGHT, axis=0))


def _captioned(picture: PIL.Image.Image, words: str) -> PIL.Image.Image:
    """Return the picture with words below it, black on white; a narrow picture gets a margin on its right."""
    width = max(picture.width, _NARROWEST)
    size = max(_SMALLEST_LETTERS, width // _LETTERS_A_LINE)
    font = PIL.ImageFont.load_default(size)
    lines = _wrapped(words, font, width - 2 * _MARGIN)
    line_height = math.ceil(size * 1.3)
    page = PIL.Image.new("RGB", (width, picture.height + len(lines) * line_height + 2 * _MARGIN), "white")
    page.paste(picture)
    draw = PIL.ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        draw.text((_MARGIN, picture.height + _MARGIN + row * line_height), line, "black", font)
    return page


def _wrapped(words: str, font: PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _png(picture: PIL.Image.Image, about: str, synthetic: bool) -> bytes:
    text = PngInfo()
    text.add_text("Description", about)
    if synthetic:
        text.add_text("Synthetic", "YES")
    file = BytesIO()
    picture.save(file, "PNG", pnginfo=text)
    return file.getvalue()
