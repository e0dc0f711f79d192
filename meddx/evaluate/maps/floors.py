"""Maps that have looked at no network: what a method must beat before its maps are worth anything."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from meddx.evaluate.maps.marks import GRID, Cells

CENTRE, RANDOM, USUAL = "centre", "random", "usual place"
TITLES = {
    CENTRE: "Middle of the film",
    RANDOM: "Random patches",
    USUAL: "Where training films have it",
}
WIDTH = 0.2
"""Standard deviation of the centre prior, as a share of the film's side."""
PATCH = 1 / 24
"""Standard deviation of the blur that makes patches of noise, likewise: patches of about a heat map's size."""

FilmMap = NDArray[np.float32]
"""(GRID, GRID) over the film, >= 0."""


def centre() -> FilmMap:
    """The nearer to the film's middle, the higher."""
    bell = np.exp(-0.5 * np.square(((np.arange(GRID) + 0.5) / GRID - 0.5) / WIDTH))
    return np.asarray(np.outer(bell, bell), np.float32)


def random_patches(case_id: str) -> FilmMap:
    """Patches placed by chance, the same for the same case."""
    noise = np.random.default_rng(zlib.crc32(case_id.encode())).standard_normal((GRID, GRID))
    soft = gaussian_filter(noise, PATCH * GRID, mode="wrap")
    return np.asarray(soft - soft.min(), np.float32)


def usual_places(marks: Mapping[str, Sequence[Cells]]) -> dict[str, FilmMap]:
    """label -> the share of training films with a mark of it in each cell, of those with one. A label without is left
    out."""
    return {label: np.mean(cells, axis=0, dtype=np.float32) for label, cells in marks.items() if len(cells)}
