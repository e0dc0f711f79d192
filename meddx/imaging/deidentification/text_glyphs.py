"""Candidates for glyphs: small connected regions that stand out from what surrounds them, brighter or darker.

A white top-hat (the image minus its opening) keeps what is narrower than its square; pixels above half of the highest
value nearby are the region's, so that strong and weak writing are outlined alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]

STROKE = 11
"""Side of the top-hat's square in pixels: strokes are narrower."""
LEAST_GLYPH_CONTRAST = 0.1
"""Of the displayed range; weaker writing is not read at a glance."""
NOISES = 5.0
"""How many standard deviations of the noise a region must stand out by."""
LOWEST_GLYPH, HIGHEST_GLYPH = 6, 28
"""Height of a glyph in pixels; larger ones are found in the image at half size."""
WIDEST = 12
"""Width over height: small writing runs together into words."""
FULLEST, LEAST_PIXELS = 0.95, 6
LOWEST_PIECE, LEAST_PIECE_PIXELS = 2, 3


@dataclass(frozen=True)
class Glyphs:
    """Candidates in one image, in order of their left edge, and the image they were found in.

    level: the image, dark writing made bright, float32; tophat: what stands out; labels: int32, number of the region at
    each pixel, 0 for none. numbers: of the candidates; boxes: int (n, 4) top, left, bottom, right; area, mean (of
    `level`), contrast (mean of `tophat`), edge_length, edge_gradient: (n,). noise: standard deviation.
    pieces: (n, 6), box, mean and contrast of whatever may belong to a line that is known, points and small letters too.
    """

    level: Array
    tophat: Array
    labels: NDArray[np.int32]
    numbers: NDArray[np.int64]
    boxes: NDArray[np.int64]
    area: NDArray[np.float64]
    mean: NDArray[np.float64]
    contrast: NDArray[np.float64]
    edge_length: NDArray[np.float64]
    edge_gradient: NDArray[np.float64]
    noise: float
    pieces: NDArray[np.float64]


def find_glyphs(level: Array) -> Glyphs:
    """Return the regions of a displayed image, float32 in [0, 1], that are bright against what surrounds them."""
    tophat = level - ndimage.grey_opening(level, STROKE)
    nearby = ndimage.maximum_filter(tophat, STROKE)
    noise = noise_of(level)
    regions = (tophat > nearby / 2) & (nearby > max(LEAST_GLYPH_CONTRAST, NOISES * noise))
    labels, count = ndimage.label(regions, np.ones((3, 3)), output=np.int32)
    at = np.flatnonzero(labels)
    region = labels.ravel()[at]
    rows, columns = np.divmod(at, level.shape[1])
    area = np.bincount(region, minlength=count + 1)[1:].astype(float)
    divisor = np.maximum(area, 1)
    mean, contrast = (np.bincount(region, image.ravel()[at], count + 1)[1:] / divisor for image in (level, tophat))
    on_edge, gradient = _edges(level, regions, rows, columns)
    length = np.bincount(region, on_edge, count + 1)[1:].astype(float)
    slope = np.bincount(region, gradient * on_edge, count + 1)[1:] / np.maximum(length, 1)
    places = ndimage.find_objects(labels)
    boxes = np.array([(y.start, x.start, y.stop, x.stop) for y, x in places], np.int64).reshape(-1, 4)
    height, width = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    fits = (height >= LOWEST_GLYPH) & (height <= HIGHEST_GLYPH) & (width <= WIDEST * height)
    fits &= (area < FULLEST * height * width) & (area >= LEAST_PIXELS)
    piece = (height >= LOWEST_PIECE) & (height <= HIGHEST_GLYPH) & (area >= LEAST_PIECE_PIXELS)
    pieces = np.column_stack((boxes, mean, contrast))[piece]
    kept = np.flatnonzero(fits)
    kept = kept[np.argsort(boxes[kept, 1], kind="stable")]
    return Glyphs(
        level,
        tophat,
        labels,
        kept + 1,
        boxes[kept],
        area[kept],
        mean[kept],
        contrast[kept],
        length[kept],
        slope[kept],
        noise,
        pieces,
    )


def noise_of(level: Array) -> float:
    """Return the standard deviation of the noise, from the median absolute Laplacian, which edges hardly move."""
    laplacian = 4 * level[1:-1, 1:-1] - level[:-2, 1:-1] - level[2:, 1:-1] - level[1:-1, :-2] - level[1:-1, 2:]
    return float(np.median(np.abs(laplacian[::2, ::2]))) / 0.6745 / float(np.sqrt(20))


def _edges(
    level: Array, regions: NDArray[np.bool_], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], Array]:
    """Return for each pixel of the regions whether it lies on an edge, and the gradient there (central differences)."""
    last_row, last_column = level.shape[0] - 1, level.shape[1] - 1
    above, below = np.maximum(rows - 1, 0), np.minimum(rows + 1, last_row)
    before, after = np.maximum(columns - 1, 0), np.minimum(columns + 1, last_column)
    inside = regions[above, columns] & regions[below, columns] & regions[rows, before] & regions[rows, after]
    down = level[below, columns] - level[above, columns]
    across = level[rows, after] - level[rows, before]
    return ~inside, np.hypot(down, across)
