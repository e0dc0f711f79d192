"""Two maps of one image compared by the order of its places: units and scales differ, order is what a reader sees."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from meddx.imaging.overlay import map_on_image
from meddx.types import Placement

COMPARISON_GRID = 32
"""Cells along each side of the image in which maps are compared, so that methods of any resolution can be."""
_SAMPLES = 4
"""Along each side of a cell, so that a map of single pixels is averaged and not picked from."""


def on_grid(heatmap: NDArray[np.float32], placement: Placement) -> NDArray[np.float32]:
    """What speaks for the label in each cell of the image, (GRID, GRID), >= 0: below zero counts as nothing.

    heatmap: float32 (rows, columns) over the whole network input; placement: where the image lies in it.
    """
    fine = map_on_image(np.maximum(heatmap, 0), placement, COMPARISON_GRID * _SAMPLES, COMPARISON_GRID * _SAMPLES)
    return np.asarray(fine.reshape(COMPARISON_GRID, _SAMPLES, COMPARISON_GRID, _SAMPLES).mean(axis=(1, 3)), np.float32)


def similarity(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Spearman's rank correlation of two maps of one shape, in [-1, 1]; 0 where either is flat and shows nothing."""
    ranks = [rankdata(one, axis=None) for one in (first, second)]
    centred = [one - one.mean() for one in ranks]
    spread = float(np.sqrt(np.square(centred[0]).sum() * np.square(centred[1]).sum()))
    return float((centred[0] * centred[1]).sum()) / spread if spread else 0.0
