"""Images with and without writing in them, by family and number, to train the detector and to measure it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from meddx.imaging.markers import add_marker
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from studies.deidentification.chest_films import Family, films_to_write_on, shown
from studies.deidentification.text_set import BurnedIn, burn_in, with_side_marker

SEEDS: dict[Family, int] = {"tune": 1, "measure": 4}
"""Seeds 2 and 3 measured earlier versions, whose faults led to changes: they count as seen."""
ROWS = (448, 512, 640, 768, 1024)


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


def samples(family: Family, count: int, first: int = 0) -> Iterator[Sample]:
    """Yield the samples first to count - 1 of a family.

    Phantoms and, where the data is there, films take turns.
    """
    films = films_to_write_on(family)
    for index in range(first, count):
        random = np.random.default_rng([SEEDS[family], index])
        film = bool(films) and index % 2 == 1
        source = films[int(random.integers(len(films)))] if film else None
        clean = _phantom(SEEDS[family] * 1_000_000 + index, random) if source is None else shown(source)
        marker = None
        if not film and random.random() < 0.8:
            marked = with_side_marker(clean, random, family)
            clean, marker = marked.shown, marked.inks[0]
        written = burn_in(clean, random, family)
        yield Sample(film, source.name if source else f"phantom {index}", clean, marker, written)


def _phantom(seed: int, random: Generator) -> NDArray[np.float32]:
    rows = int(random.choice(ROWS))
    pixels = display(read_image(phantom_dicom(chest_phantom(seed, rows=rows, columns=round(rows * 0.8125)))))
    return add_marker(pixels, "tube") if random.random() < 0.2 else pixels
