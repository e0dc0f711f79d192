"""Hide parts of one network input in several ways, many parts at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from meddx.explain.blurred_baseline import blurred
from meddx.types import Placement

_COARSE = 4
"""Pixels along a side of a cell in which missing places are filled from their neighbours."""
_REACHES = (12.0, 6.0, 3.0, 1.5, 0.7)
"""Standard deviations of the neighbourhoods, in such cells, the widest first."""


class Hidden:
    """Hide parts of the image in one network input; padding around it stays.

    image: float32 (height, width, channels); placement: where in it the image lies.
    """

    def __init__(self, image: NDArray[np.float32], placement: Placement) -> None:
        height, width = image.shape[:2]
        seen = placement.visible
        self._image = image
        self.rows = slice(round(seen.top * height), round(seen.bottom * height))
        self.columns = slice(round(seen.left * width), round(seen.right * width))
        self._seen = image[self.rows, self.columns]
        self.shape = self._seen.shape[:2]
        self._soft = blurred(image[np.newaxis])[0][self.rows, self.columns]
        self.ways: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
            "blur": lambda covers: self._soft[np.newaxis],
            "neighbours": self._from_neighbours,
        }

    def __call__(self, covers: NDArray[np.float32], way: str) -> NDArray[np.float32]:
        """Return network inputs (n, height, width, channels). covers: (n, *self.shape), 1 where hidden."""
        found = np.repeat(self._image[np.newaxis], len(covers), axis=0)
        cover = covers[..., np.newaxis]
        found[:, self.rows, self.columns] = (1 - cover) * self._seen + cover * self.ways[way](covers)
        return found

    def _from_neighbours(self, covers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return fillings: means of what is not hidden nearby, the nearest for which there is enough."""
        rows, columns = (-(-side // _COARSE) for side in self.shape)
        kept = _cells(1 - covers[..., np.newaxis], rows, columns)
        values = _cells((1 - covers[..., np.newaxis]) * self._seen, rows, columns)
        found = values.sum(axis=(1, 2), keepdims=True) / np.maximum(kept.sum(axis=(1, 2), keepdims=True), 1e-6)
        for reach in _REACHES:
            spread = (0, reach, reach, 0)
            around = gaussian_filter(kept, spread, mode="nearest", truncate=3)
            mean = gaussian_filter(values, spread, mode="nearest", truncate=3) / np.maximum(around, 1e-6)
            enough = np.clip(around / 0.2, 0, 1)
            found = enough * mean + (1 - enough) * found
        up, across = _enlarging(rows, self.shape[0]), _enlarging(columns, self.shape[1])
        return np.asarray(np.einsum("yr,nrcz,xc->nyxz", up, found, across, optimize=True), np.float32)


def _cells(images: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    pad_rows, pad_columns = rows * _COARSE - images.shape[1], columns * _COARSE - images.shape[2]
    padded = np.pad(images, ((0, 0), (0, pad_rows), (0, pad_columns), (0, 0)))
    return np.asarray(padded.reshape(len(images), rows, _COARSE, columns, _COARSE, -1).mean(axis=(2, 4)), np.float32)


def _enlarging(cells: int, pixels: int) -> NDArray[np.float32]:
    """Return the matrix (pixels, cells) of linear interpolation between cell centres."""
    at = np.clip((np.arange(pixels) + 0.5) / _COARSE - 0.5, 0, cells - 1)
    low = np.minimum(np.floor(at).astype(int), cells - 1)
    high = np.minimum(low + 1, cells - 1)
    matrix = np.zeros((pixels, cells), np.float32)
    np.add.at(matrix, (np.arange(pixels), low), 1 - (at - low))
    np.add.at(matrix, (np.arange(pixels), high), at - low)
    return matrix
