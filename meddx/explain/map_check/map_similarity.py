"""Compare two maps of one image by the order of their places: units and scales differ, the order is what is seen."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from meddx.imaging.overlay import map_on_image
from meddx.types import Placement

COMPARISON_GRID = 32
"""Cells along each side of the image in which maps are compared, so that methods of any resolution can be."""
_SAMPLES = 4
"""Samples along each side of a cell, so that a map of single pixels is averaged and not picked from."""


def on_grid(heatmap: NDArray[np.float32], placement: Placement) -> NDArray[np.float32]:
    """Return the mean evidence for the label in each cell of the image, float32 (GRID, GRID), >= 0.

    heatmap: float32 (rows, columns) over the whole network input; values below zero count as zero. placement: where the
        image lies in it.
    """
    fine = map_on_image(np.maximum(heatmap, 0), placement, COMPARISON_GRID * _SAMPLES, COMPARISON_GRID * _SAMPLES)
    return np.asarray(fine.reshape(COMPARISON_GRID, _SAMPLES, COMPARISON_GRID, _SAMPLES).mean(axis=(1, 3)), np.float32)


def similarity(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two maps of one shape, in [-1, 1]; 0 where either is flat."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:  # it is not defined there; such a map shows nothing
        return 0.0
    return float(spearmanr(first, second, axis=None).statistic)
