"""Films as network inputs, decoded once and kept on disk: memory stays constant however many there are."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import Case, LabelledSet
from meddx.imaging.prepare import model_input
from meddx.model.card import Input

CHUNK = 32


@dataclass(frozen=True)
class Rows:
    """Some films of an array that may lie on disk, read when asked for. films: (n, ...); rows: (m,) of them."""

    films: NDArray[np.float16]
    rows: NDArray[np.intp]

    def __len__(self) -> int:
        """Number of films."""
        return len(self.rows)

    def __getitem__(self, places: slice | NDArray[np.integer]) -> NDArray[np.float16]:
        """The films at these places among the rows."""
        found: NDArray[np.float16] = self.films[self.rows[places]]
        return found


Films = NDArray[np.float16] | Rows
"""Network inputs (n, height, width, channels)."""


def prepared(case: Case, spec: Input) -> NDArray[np.float32]:
    """One film as the app would hand it to the network: float32 (height, width, channels) in [low, high]."""
    return model_input(case.film(), spec)[0]


def in_chunks(films: LabelledSet, spec: Input, size: int = CHUNK) -> Iterator[NDArray[np.float32]]:
    """(at most `size`, height, width, channels) at a time, in order. Raises Refused naming the row."""
    for start in range(0, len(films), size):
        rows = []
        for offset, case in enumerate(films.cases[start : start + size]):
            try:
                rows.append(prepared(case, spec))
            except Refused as refusal:
                raise Refused(refusal.rule, f"Row {start + offset + 1} of the set: {refusal.reason}") from refusal
        yield np.stack(rows)


def cached_inputs(
    films: LabelledSet, spec: Input, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> NDArray[np.float16]:
    """All films as a memory-mapped float16 array (n, height, width, channels), made once per set and input.

    Half precision is finer than the 8 bits that most films are displayed with (2^-11 relative). progress: called
    with the number of films done so far.
    """
    key = json.dumps([spec.model_dump(), [case.pixels_key() for case in films.cases]])
    path = folder / f"inputs-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        shape = (len(films), spec.height, spec.width, spec.channels)
        array = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=shape)
        done = 0
        for chunk in in_chunks(films, spec):
            array[done : done + len(chunk)] = chunk
            done += len(chunk)
            progress(done)
        array.flush()
        partial.rename(path)
    cached: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return cached
