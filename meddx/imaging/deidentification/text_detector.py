"""Detection of writing in the pixels: where names, dates and numbers may be, read or not.

What is sought is writing as a machine puts it into an image, in level lines of three characters or more. A side marker
(L, R) is no such line and stays.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from meddx.imaging.deidentification.text_classifier import writing_probabilities
from meddx.imaging.deidentification.text_glyphs import Array
from meddx.imaging.deidentification.text_lines import (
    LARGEST_BRIGHTNESS_DIFFERENCE,
    LARGEST_HEIGHT_RATIO,
    LEAST_OVERLAP,
    TextLine,
    find_lines,
)
from meddx.types import Box

LIKELY = 0.9
"""Probability from which a line counts as writing."""
POSSIBLE = 0.1
"""Probability from which a line does that continues another one."""
MARGIN_ACROSS, MARGIN_DOWN = 2.0, 0.4
"""What is masked around a line, over the height of its glyphs: a first or last word may be faint."""
LARGEST_GAP, LONGEST_EXTENSION = 2.0, 15
"""Between the parts of a line, and from a line to the end of what continues it, over the height of its glyphs."""
LEAST_CONTRAST = 0.5
"""Contrast of what continues a line, over that of the line."""
TALLEST = 0.15
"""Height of a glyph over the longer side of the image; taller regions are bones."""
COLOURFUL = 0.3
LETTER_WIDTH = 1.3
"""Largest width over height of one letter."""
LETTER_COVERS, LETTER_FILLED = 0.7, 0.35
"""A line that one letter, or the ring around it, covers by so much, and of whose box it takes up so much, is a piece of
that letter."""


def covered(boxes: tuple[Box, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which pixels of an image of these rows and columns lie in a box, bool (rows, columns)."""
    pixels = np.zeros(shape[:2], np.bool_)
    for box in boxes:
        pixels[box.top : box.bottom, box.left : box.right] = True
    return pixels


def find_text(shown: Array) -> tuple[Box, ...]:
    """Return boxes that hold all writing found in a displayed image.

    shown: float32 in [0, 1], (rows, columns) or (rows, columns, 3). Boxes that touch are joined.
    """
    if shown.ndim == 2:
        return _boxes(_text_lines(shown), (shown.shape[0], shown.shape[1]))
    lines = _text_lines(np.asarray(shown.mean(axis=2), np.float32))
    chroma = np.asarray(shown.max(axis=2) - shown.min(axis=2), np.float32)
    if float(chroma.max()) > COLOURFUL:
        lines += _text_lines(chroma)
    return _boxes(lines, (shown.shape[0], shown.shape[1]))


def _text_lines(level: Array) -> list[TextLine]:
    lines, glyphs, pieces = find_lines(level)
    likely = writing_probabilities(lines)
    tallest = TALLEST * max(level.shape)
    letters = glyphs[(glyphs[:, 3] - glyphs[:, 1]) <= LETTER_WIDTH * (glyphs[:, 2] - glyphs[:, 0])]
    candidates = [
        (line, probability)
        for line, probability in zip(lines, likely, strict=True)
        if probability >= POSSIBLE and line.height <= tallest and not _is_one_letter(line, letters)
    ]
    accepted = [line for line, probability in candidates if probability >= LIKELY]
    waiting = [line for line, probability in candidates if probability < LIKELY]
    for line in accepted:  # grows while it is gone through
        continued = [other for other in waiting if _continues(other, line)]
        accepted += continued
        waiting = [other for other in waiting if other not in continued]
    return [_extended(line, pieces) for line in accepted]


def _extended(line: TextLine, pieces: NDArray[np.float64]) -> TextLine:
    """Return the line with what continues it on either side: short words, initials, small letters, points."""
    rows = np.minimum(pieces[:, 2], line.bottom) - np.maximum(pieces[:, 0], line.top)
    heights = pieces[:, 2] - pieces[:, 0]
    alike = (pieces[:, 6] == line.size) & (pieces[:, 7] == line.dark)
    alike &= (heights <= LARGEST_HEIGHT_RATIO * line.height) & (rows >= LEAST_OVERLAP * heights)
    alike &= pieces[:, 5] >= LEAST_CONTRAST * line.contrast
    alike &= np.abs(pieces[:, 4] - line.brightness) <= LARGEST_BRIGHTNESS_DIFFERENCE * line.contrast
    gap, reach = LARGEST_GAP * line.height, LONGEST_EXTENSION * line.height
    spans = pieces[alike][:, (1, 3)]
    spans = spans[(spans[:, 0] >= line.left - reach) & (spans[:, 1] <= line.right + reach)]
    left, right = line.left, line.right
    for start, end in spans[np.argsort(-spans[:, 1])]:
        left = min(left, int(start)) if end >= left - gap else left
    for start, end in spans[np.argsort(spans[:, 0])]:
        right = max(right, int(end)) if start <= right + gap else right
    return replace(line, left=left, right=right)


def _is_one_letter(line: TextLine, letters: NDArray[np.int64]) -> bool:
    """Return whether the line lies in the box of one letter and takes up much of it."""
    rows = np.minimum(letters[:, 2], line.bottom) - np.maximum(letters[:, 0], line.top)
    columns = np.minimum(letters[:, 3], line.right) - np.maximum(letters[:, 1], line.left)
    shared = np.maximum(rows, 0) * np.maximum(columns, 0)
    area = (letters[:, 2] - letters[:, 0]) * (letters[:, 3] - letters[:, 1])
    own = (line.bottom - line.top) * (line.right - line.left)
    return bool(((shared >= LETTER_COVERS * own) & (shared >= LETTER_FILLED * area)).any())


def _continues(other: TextLine, line: TextLine) -> bool:
    """Return whether the other line is of about the same height, in the same row and near."""
    shared = min(other.bottom, line.bottom) - max(other.top, line.top)
    gap = max(other.left, line.left) - min(other.right, line.right)
    lower, higher = sorted((other.height, line.height))
    return higher <= LARGEST_HEIGHT_RATIO * lower and shared >= LEAST_OVERLAP * lower and gap <= LARGEST_GAP * higher


def _boxes(lines: list[TextLine], shape: tuple[int, int]) -> tuple[Box, ...]:
    """Return the lines with margins, those that touch joined to the box around them."""
    boxes: list[Box] = []
    for line in lines:
        across, down = round(MARGIN_ACROSS * line.height) + 1, round(MARGIN_DOWN * line.height) + 1
        box = Box(
            max(line.top - down, 0),
            max(line.left - across, 0),
            min(line.bottom + down, shape[0]),
            min(line.right + across, shape[1]),
        )
        while touching := [other for other in boxes if _touch(box, other)]:
            boxes = [other for other in boxes if other not in touching]
            around = [box, *touching]
            box = Box(
                min(one.top for one in around),
                min(one.left for one in around),
                max(one.bottom for one in around),
                max(one.right for one in around),
            )
        boxes.append(box)
    return tuple(sorted(boxes))


def _touch(one: Box, other: Box) -> bool:
    return one.top < other.bottom and other.top < one.bottom and one.left < other.right and other.left < one.right
