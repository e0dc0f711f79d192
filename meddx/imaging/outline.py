"""Draw a line around an area of a picture."""

import numpy as np
from numpy.typing import NDArray

_LINES = 240
"""A line is one of so many parts of the picture's longer side wide."""


def outlined(pixels: NDArray[np.uint8], area: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the picture with a white line along the inner edge of an area.

    pixels: sRGB (rows, columns, 3). area: bool on a grid of any size over the whole picture. The picture's own edge is
    no edge of the area.
    """
    rows, columns = pixels.shape[:2]
    down, across = (np.arange(side) * cells // side for side, cells in zip((rows, columns), area.shape, strict=True))
    inside = area[np.ix_(down, across)]
    width = max(max(rows, columns) // _LINES, 1)
    around = np.pad(inside, width, mode="edge")
    core = inside.copy()
    for row, column in ((0, 1), (2, 1), (1, 0), (1, 2)):
        core &= around[row * width :, column * width :][:rows, :columns]
    return np.where((inside & ~core)[..., np.newaxis], np.uint8(255), pixels)
