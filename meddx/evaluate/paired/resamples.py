"""Hold the resamples of a comparison compactly, and give them out in blocks."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.arrays import Floats
from meddx.evaluate.paired.weighted_metrics import BLOCK_CELLS, resample_blocks


class Resamples:
    """The rows of resample_weights in blocks (rows, n): a byte for each patient is held, and a block of floats made.

    A metric takes several times the memory of the weights that it is given. Iterating again gives the same blocks; a
    single block stays the same array, so that counts of it are not made again. told: called at every block.
    """

    def __init__(
        self, patients: NDArray[np.int64], resamples: int, seed: int = 0, told: Callable[[], None] = lambda: None
    ) -> None:
        """Draw them. patients: (n,) numbers from 0."""
        self._patients, self._told = patients, told
        self._rows = max(1, BLOCK_CELLS // len(patients))
        _, first_case = np.unique(patients, return_index=True)
        drawn = []
        for weights in resample_blocks(patients, resamples, seed):
            drawn.append(weights[:, first_case].astype(np.uint8))  # a patient drawn 256 times is out of the question
            told()
        self._drawn = np.concatenate(drawn)
        self._only = self._block(0) if resamples <= self._rows else None

    def __len__(self) -> int:
        """Return the number of resamples."""
        return len(self._drawn)

    def __iter__(self) -> Iterator[Floats]:
        """Yield the blocks, float64."""
        for start in range(0, len(self._drawn), self._rows):
            self._told()
            yield self._block(start) if self._only is None else self._only

    def _block(self, start: int) -> Floats:
        return self._drawn[start : start + self._rows, self._patients].astype(np.float64)
