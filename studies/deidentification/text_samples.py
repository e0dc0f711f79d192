"""Images with and without writing in them, by family and number, to train the detector and to measure it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from meddx.config import data_dir
from meddx.imaging.markers import add_marker
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from studies.deidentification.text_set import BurnedIn, burn_in, with_side_marker

SEEDS = {"tune": 1, "measure": 3}
"""Seed 2 measured an earlier version, whose faults led to changes: it counts as seen."""
ROWS = (448, 512, 640, 768, 1024)
LARGEST = 1100
"""Rows of a film; larger ones are halved, to save time."""
FILMS = {"tune": 0, "measure": 1}
"""Which of two halves of the films, by order of name."""


@dataclass(frozen=True)
class Sample:
    """An image as it was, with at most a side marker, and the same with writing.

    film: whether it is a film of a person (which may have writing of its own) and no phantom; source: which.
    marker: the ink of the side marker, if any.
    """

    film: bool
    source: str
    clean: NDArray[np.float32]
    marker: NDArray[np.bool_] | None
    written: BurnedIn


def samples(family: str, count: int, first: int = 0) -> Iterator[Sample]:
    """Yield the samples first to count - 1 of a family, "tune" or "measure".

    Phantoms and, where the data is there, films take turns.
    """
    films = _films(family)
    for index in range(first, count):
        random = np.random.default_rng([SEEDS[family], index])
        film = bool(films) and index % 2 == 1
        source = films[int(random.integers(len(films)))] if film else None
        shown = _phantom(SEEDS[family] * 1_000_000 + index, random) if source is None else _shown(source)
        marker = None
        if not film and random.random() < 0.8:
            marked = with_side_marker(shown, random, family)
            shown, marker = marked.shown, marked.inks[0]
        written = burn_in(shown, random, family)
        yield Sample(film, source.name if source else f"phantom {index}", shown, marker, written)


def _phantom(seed: int, random: Generator) -> NDArray[np.float32]:
    rows = int(random.choice(ROWS))
    shown = display(read_image(phantom_dicom(chest_phantom(seed, rows=rows, columns=round(rows * 0.8125)))))
    return add_marker(shown, "tube") if random.random() < 0.2 else shown


def _films(family: str) -> list[Path]:
    """Return half of the real chest films, none where there is no data."""
    data = data_dir()
    if data is None:
        return []
    large = sorted((data / "chest_real_resolution").glob("*/*.jpeg"))
    adult = sorted((data / "nih_adult_cxr" / "images").glob("*.jpg"))[::4]
    return large[FILMS[family] :: 2] * 3 + adult[FILMS[family] :: 2]


def _shown(path: Path) -> NDArray[np.float32]:
    shown = display(read_image(path.read_bytes()))
    shown = shown if shown.ndim == 2 else np.asarray(shown.mean(axis=2), np.float32)
    return np.ascontiguousarray(shown[::2, ::2] if shown.shape[0] > LARGEST else shown)
