"""Make baseline maps without a model, which a method must outperform for its maps to be of use."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID, AnnotatedCells

CENTRE, RANDOM, TYPICAL_LOCATION = "centre", "random", "usual place"
BASELINE_TITLES = {
    CENTRE: "Middle of the image",
    RANDOM: "Random patches",
    TYPICAL_LOCATION: "Where training images have it",
}
CENTRE_WIDTH = 0.2
"""Standard deviation of the centre prior, as a share of the image's side."""
PATCH_SIZE = 1 / 24
"""Standard deviation of the blur that makes patches of noise, likewise; they are about as large as a heat map's."""

ImageMap = NDArray[np.float32]
"""(ANNOTATION_GRID, ANNOTATION_GRID) over the image, >= 0."""


def centre_baseline() -> ImageMap:
    """Return a Gaussian map that is highest at the centre of the image."""
    bell = np.exp(-0.5 * np.square(((np.arange(ANNOTATION_GRID) + 0.5) / ANNOTATION_GRID - 0.5) / CENTRE_WIDTH))
    return np.asarray(np.outer(bell, bell), np.float32)


def random_patches(case_id: str) -> ImageMap:
    """Return a map of random patches, the same for the same case."""
    noise = np.random.default_rng(zlib.crc32(case_id.encode())).standard_normal((ANNOTATION_GRID, ANNOTATION_GRID))
    soft = gaussian_filter(noise, PATCH_SIZE * ANNOTATION_GRID, mode="wrap")
    return np.asarray(soft - soft.min(), np.float32)


def typical_locations(marks: Mapping[str, Sequence[AnnotatedCells]]) -> dict[str, ImageMap]:
    """Return for each label the share of annotated training images whose annotation covers each cell.

    marks: label -> annotated cells of each training image that has the label. A label without any is left out.
    """
    return {label: np.mean(cells, axis=0, dtype=np.float32) for label, cells in marks.items() if len(cells)}
