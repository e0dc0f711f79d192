"""Candidates for lines of writing: glyphs in a row, with what tells writing from anatomy in numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from meddx.imaging.deidentification.text_glyphs import Array, Glyphs, find_glyphs

SIZES = 4
"""The image is searched at its own size, at a half, a quarter and an eighth."""
LEAST_SIDE = 24
FEWEST_GLYPHS = 3
"""A side marker has one or two; a name, a date or a number more."""
SHORTEST = 1.3
"""Length over height."""
LARGEST_GLYPH_GAP, LARGEST_HEIGHT_RATIO, LEAST_OVERLAP, LARGEST_BRIGHTNESS_DIFFERENCE = 1.2, 2.2, 0.5, 0.35
"""Neighbours in a row: gap over height, ratio of heights, shared height, difference of brightness over contrast."""
FEATURES = (
    "glyphs", "regions", "contrast", "contrast_to_noise", "spread_of_ink", "spread_behind", "sharpness",
    "least_sharpness", "spread_of_heights", "on_baseline", "on_top_line", "spread_of_contrast", "fill", "stroke",
    "length", "crossings", "spread_of_brightness", "spread_of_widths", "gap", "slope", "dark",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class TextLine:
    """A candidate for a line of writing.

    top, left, bottom, right: in pixels of the whole image; height: of a glyph, likewise. size: which of SIZES it was
    found at, dark: whether it is darker than what surrounds it. brightness, contrast: means over its glyphs. features:
    float64 (len(FEATURES),).
    """

    top: int
    left: int
    bottom: int
    right: int
    height: float
    size: int
    dark: bool
    brightness: float
    contrast: float
    features: NDArray[np.float64]


def find_lines(shown: Array) -> tuple[list[TextLine], NDArray[np.int64], NDArray[np.float64]]:
    """Return the candidates in a displayed image, float32 (rows, columns) in [0, 1], the glyphs and the pieces.

    Glyphs are boxes, int (n, 4): top, left, bottom, right. Pieces are (n, 8): a box, brightness and contrast as in
    Glyphs, size and darkness as in TextLine.
    """
    found: list[TextLine] = []
    boxes, pieces = [np.empty((0, 4), np.int64)], [np.empty((0, 8))]
    level = shown
    for size in range(SIZES):
        if min(level.shape) < LEAST_SIDE:
            break
        for dark in (False, True):
            glyphs = find_glyphs(1 - level if dark else level)
            found += _lines(glyphs, size, dark)
            boxes.append(glyphs.boxes << size)
            kind = np.broadcast_to([size, float(dark)], (len(glyphs.pieces), 2))
            pieces.append(np.hstack((glyphs.pieces[:, :4] * (1 << size), glyphs.pieces[:, 4:], kind)))
        level = _halved(level)
    return found, np.concatenate(boxes), np.concatenate(pieces)


def _halved(level: Array) -> Array:
    """Return the image at half size, each pixel the mean of four."""
    rows, columns = level.shape[0] // 2, level.shape[1] // 2
    return np.asarray(level[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean((1, 3)), np.float32)


def _lines(glyphs: Glyphs, size: int, dark: bool) -> list[TextLine]:
    if len(glyphs.numbers) == 0:
        return []
    pairs = _neighbours(glyphs)
    count = len(glyphs.numbers)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, line_of = connected_components(graph, directed=False)
    order = np.argsort(line_of, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(line_of[order])) + 1)
    described = (_described(glyphs, np.sort(group), size, dark) for group in members)
    return [line for line in described if line is not None]


def _neighbours(glyphs: Glyphs) -> NDArray[np.int64]:
    """Return the pairs of glyphs, int (n, 2), that may follow each other in a line."""
    boxes = glyphs.boxes
    heights = boxes[:, 2] - boxes[:, 0]
    reach = np.searchsorted(boxes[:, 1], boxes[:, 3] + LARGEST_GLYPH_GAP * LARGEST_HEIGHT_RATIO * heights)
    pairs = [np.empty((0, 2), np.int64)]
    for one in range(len(boxes)):
        others = np.arange(one + 1, reach[one])
        if len(others) == 0:
            continue
        higher, lower = np.maximum(heights[one], heights[others]), np.minimum(heights[one], heights[others])
        shared = np.minimum(boxes[one, 2], boxes[others, 2]) - np.maximum(boxes[one, 0], boxes[others, 0])
        gap = boxes[others, 1] - boxes[one, 3]
        contrast = np.maximum(glyphs.contrast[one], glyphs.contrast[others])
        near = (
            (higher <= LARGEST_HEIGHT_RATIO * lower)
            & (shared >= LEAST_OVERLAP * lower)
            & (gap <= LARGEST_GLYPH_GAP * higher)
        )
        near &= np.abs(glyphs.mean[one] - glyphs.mean[others]) <= LARGEST_BRIGHTNESS_DIFFERENCE * contrast
        pairs.append(np.stack((np.full(int(near.sum()), one), others[near]), axis=1))
    return np.concatenate(pairs)


def _described(glyphs: Glyphs, members: NDArray[np.int64], size: int, dark: bool) -> TextLine | None:
    """Return the line of some glyphs, None where they are too few or too short to be a word."""
    boxes = glyphs.boxes[members]
    heights, widths = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    (top, left), (bottom, right) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    height = float(np.median(heights))
    letters = float(np.maximum(1, np.round(widths / (0.8 * heights))).sum())
    length = (right - left) / height
    if letters < FEWEST_GLYPHS or length < SHORTEST:
        return None
    place = slice(top, bottom), slice(left, right)
    ink = np.isin(glyphs.labels[place], glyphs.numbers[members])
    level, tophat = glyphs.level[place], glyphs.tophat[place]
    core = level[ink & (tophat >= 0.8 * ndimage.maximum_filter(tophat, 5))]
    around = level[~ndimage.binary_dilation(ink, np.ones((3, 3)))]
    behind = around if around.size > 5 else level[~ink] if not ink.all() else level
    contrast = max(float(np.median(core) - np.median(behind)) if core.size else 0.0, 1e-3)
    sharpness = glyphs.edge_gradient[members] / contrast
    edges = glyphs.edge_length[members]
    crossings = np.abs(np.diff(ink.astype(np.int8), axis=1)).sum(1)
    middle = crossings[int(0.2 * len(crossings)) : max(int(0.8 * len(crossings)), int(0.2 * len(crossings)) + 1)]
    gaps = np.maximum(np.sort(boxes[:, 1])[1:] - np.sort(boxes[:, 3])[:-1], 0)
    tolerance = max(1.0, 0.12 * height)
    features = (
        letters,
        len(members),
        contrast,
        contrast / max(glyphs.noise, 0.002),
        float(core.std()) / contrast if core.size else 9.0,
        float(behind.std()) / contrast,
        float(np.average(sharpness, weights=np.maximum(edges, 1))),
        float(np.percentile(sharpness, 20)),
        float(heights.std()) / height,
        float((np.abs(boxes[:, 2] - np.median(boxes[:, 2])) <= tolerance).mean()),
        float((np.abs(boxes[:, 0] - np.median(boxes[:, 0])) <= tolerance).mean()),
        float(glyphs.contrast[members].std() / glyphs.contrast[members].mean()),
        float(ink.mean()),
        float(glyphs.area[members].sum() / max(edges.sum(), 1)) / height,
        length,
        float(middle.mean()) / length,
        float(glyphs.mean[members].std()) / contrast,
        float(widths.std()) / height,
        float(gaps.mean()) / height if len(gaps) else 0.0,
        float(bottom - top) / height,
        float(dark),
    )
    scale = 1 << size
    box = (int(top) * scale, int(left) * scale, int(bottom) * scale, int(right) * scale)
    brightness, stands_out = float(glyphs.mean[members].mean()), float(glyphs.contrast[members].mean())
    return TextLine(*box, height * scale, size, dark, brightness, stands_out, np.array(features))
