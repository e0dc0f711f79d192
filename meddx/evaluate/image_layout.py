"""Describe the layout of network inputs: what is bright and what is dark where, whatever the exposure."""

import numpy as np
from numpy.typing import NDArray

from meddx.imaging.preprocessing import InputSpec

CELLS = 8
"""Cells along each side of the grid."""
LEAST_EXPOSURE_SPREAD = 0.02
"""Added to the standard deviation, as a fraction of black to white: a flat image has no layout, not one of noise."""


def image_layout(inputs: NDArray[np.floating], spec: InputSpec) -> NDArray[np.float64]:
    """Return the means of a grid of cells, less the image's mean and over its standard deviation; then those two.

    inputs: (n, height, width, channels) in the range of spec, sides of at least CELLS. The result is
    (n, CELLS * CELLS * channels + 2); mean and standard deviation of the cells are fractions of black to white.
    """
    rows, columns = (np.linspace(0, side, CELLS + 1).round().astype(int) for side in inputs.shape[1:3])
    sums = np.add.reduceat(np.add.reduceat(inputs.astype(np.float64), rows[:-1], axis=1), columns[:-1], axis=2)
    areas = np.outer(np.diff(rows), np.diff(columns))[..., np.newaxis]
    cells = ((sums / areas - spec.low) / (spec.high - spec.low)).reshape(len(inputs), -1)
    mean = cells.mean(axis=1, keepdims=True)
    spread = cells.std(axis=1, keepdims=True) + LEAST_EXPOSURE_SPREAD
    return np.hstack([(cells - mean) / spread, mean, spread])
