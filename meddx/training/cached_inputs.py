"""Decode images to network inputs once and keep these on disk, so that memory stays constant."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.input_chunks import in_chunks
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.model.card import Input
from meddx.whole_file import whole_file


@dataclass(frozen=True)
class ArrayRows:
    """A selection of rows of an array that may lie on disk, read on access.

    images: (n, ...); rows: (m,) of them.
    """

    images: NDArray[np.float16]
    rows: NDArray[np.intp]

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.rows)

    def __getitem__(self, places: slice | NDArray[np.integer]) -> NDArray[np.float16]:
        """Return the images at these places among the rows."""
        found: NDArray[np.float16] = self.images[self.rows[places]]
        return found


ImageArray = NDArray[np.float16] | ArrayRows
"""Network inputs (n, height, width, channels)."""


def cached_inputs(
    images: LabelledSet, spec: Input, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> NDArray[np.float16]:
    """Return all images as a memory-mapped float16 array (n, height, width, channels), made once per set and input.

    Half precision is finer than the 8 bits that most images are displayed with (2^-11 relative). progress: called with
    the number of images done so far.
    """
    key = json.dumps([spec.model_dump(exclude_none=True), [case.pixels_key() for case in images.cases]])
    path = folder / f"inputs-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shape = (len(images), spec.height, spec.width, spec.channels)
        with whole_file(path) as partial:  # of this process: nodes of a cluster may make it at the same time
            array = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=shape)
            done = 0
            for chunk in in_chunks(images, spec):
                array[done : done + len(chunk)] = chunk
                done += len(chunk)
                progress(done)
            array.flush()
    cached: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return cached
