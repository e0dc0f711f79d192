"""What would change the answer: the smallest part of an image that, blurred away, carries a label over its threshold.

A search, not a proof: no single cell of the part found can be given back, but a smaller part may exist elsewhere. The
idea is that of the smallest destroying region, Dabkowski and Gal 2017 (arXiv:1705.07857), section 2, on cells.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.explainer import PassProgress, no_progress
from meddx.types import Placement

GRID_CELLS = 16
"""Cells along each side of the image."""
LARGEST_SHARE = 0.5
"""Largest share of the image that is hidden in the search: with more gone, hardly an image is left to speak of."""
BATCH_SIZE = 32

Probability = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Network inputs (n, height, width, channels) -> probability of the label (n,)."""


@dataclass(frozen=True)
class CounterfactualRegion:
    """hidden: bool (CELLS, CELLS) over the image, True where it is blurred; all False when nothing flips the finding.

    before, after: probability of the image as it is, and with the part hidden; without a flip, `after` is the farthest
    that it moved towards the threshold. passes: images that the network was asked about.
    """

    hidden: NDArray[np.bool_]
    before: float
    after: float
    passes: int

    @property
    def share(self) -> float:
        """Of the image that is hidden, 0 when nothing flips the finding."""
        return float(self.hidden.mean())


class _Search:
    """An image with cells hidden, and how far its probability is beyond the threshold on the other side: >= 0 flips."""

    def __init__(
        self,
        probability: Probability,
        image: NDArray[np.float32],
        threshold: float,
        placement: Placement,
        progress: PassProgress,
    ) -> None:
        self._probability, self._image, self._threshold, self._progress = probability, image, threshold, progress
        soft = blurred(image[np.newaxis])[0]
        self._difference = soft - image
        height, width = image.shape[:2]
        self._rows = np.linspace(placement.top * height, placement.bottom * height, GRID_CELLS + 1).round().astype(int)
        self._columns = np.linspace(placement.left * width, placement.right * width, GRID_CELLS + 1).round().astype(int)
        self.passes = 0
        self.total = 0
        self.before = float(probability(image[np.newaxis])[0])
        self._present = self.before >= threshold

    def __call__(self, hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(n, CELLS, CELLS) -> margin (n,); above 0, or 0 for a label that appears, means flipped."""
        margins = []
        for start in range(0, len(hidden), BATCH_SIZE):
            self._progress(self.passes, max(self.total, self.passes + 1))
            batch = hidden[start : start + BATCH_SIZE]
            covers = np.zeros((len(batch), *self._image.shape[:2], 1), np.float32)
            inside = np.s_[:, self._rows[0] : self._rows[-1], self._columns[0] : self._columns[-1]]
            pixels = np.repeat(batch, np.diff(self._rows), axis=1)
            covers[inside] = np.repeat(pixels, np.diff(self._columns), axis=2)[..., np.newaxis]
            found = self._probability(self._image + covers * self._difference)
            margins.append(self._threshold - found if self._present else found - self._threshold)
            self.passes += len(batch)
        return np.concatenate(margins)

    def flipped(self, margin: NDArray[np.float64]) -> NDArray[np.bool_]:
        """A finding is a probability at or above its threshold, so one that goes must fall below it."""
        return margin > 0 if self._present else margin >= 0

    def after(self, margin: float) -> float:
        """The probability at this margin."""
        return self._threshold - margin if self._present else self._threshold + margin


def smallest_counterfactual(
    probability: Probability,
    image: NDArray[np.float32],
    threshold: float,
    placement: Placement,
    progress: PassProgress = no_progress,
) -> CounterfactualRegion:
    """The smallest part found whose blurring makes a finding of the label go, or come where there is none.

    image: float32 (height, width, channels), the network's input; placement: where in it the image lies.
    Cells are hidden one at a time, and left alone in an image otherwise hidden: of places that stand in for each other
    none moves anything by itself. Then they are hidden together, the most moving first (by either, and by how their
    surroundings moved), until the finding flips; then given back one after another as long as it stays flipped.
    """
    search = _Search(probability, image, threshold, placement, progress)
    cells = GRID_CELLS * GRID_CELLS
    most = int(LARGEST_SHARE * cells)
    search.total = 2 * cells + 4 * most
    one = np.eye(cells, dtype=bool).reshape(cells, GRID_CELLS, GRID_CELLS)
    alone, left = (search(hidden).reshape(GRID_CELLS, GRID_CELLS) for hidden in (one, ~one))
    orders = [np.argsort(-moved, axis=None, kind="stable") for moved in (alone, -left, uniform_filter(alone, 3))]
    best: NDArray[np.bool_] | None = None
    farthest = float(alone.max())
    for order in orders:
        size = 1
        limit = most if best is None else int(best.sum()) - 1
        while size <= limit and limit > 0:
            sizes = np.arange(size, min(size + BATCH_SIZE, limit + 1))
            nested = _prefixes(order, sizes)
            margins = search(nested)
            farthest = max(farthest, float(margins.max()))
            if (there := search.flipped(margins)).any():
                best = nested[there.argmax()]
                break
            size += BATCH_SIZE
    if best is None:
        return CounterfactualRegion(
            np.zeros((GRID_CELLS, GRID_CELLS), np.bool_), search.before, search.after(farthest), search.passes
        )
    hidden, margin = _given_back(search, best)
    return CounterfactualRegion(hidden, search.before, search.after(margin), search.passes)


def _prefixes(order: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(len(sizes), CELLS, CELLS): the first so many cells of the order."""
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    return (place[np.newaxis] < sizes[:, np.newaxis]).reshape(-1, GRID_CELLS, GRID_CELLS)


def _given_back(search: _Search, hidden: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
    """Shrunk until no single cell can go back: those that matter least first, half of them at once where that holds."""
    margin = float(search(hidden[np.newaxis])[0])
    while True:
        members = np.flatnonzero(hidden)
        without = np.repeat(hidden.reshape(1, -1), len(members), axis=0)
        without[np.arange(len(members)), members] = False
        margins = search(without.reshape(-1, GRID_CELLS, GRID_CELLS))
        spare = np.flatnonzero(search.flipped(margins))
        if not len(spare):
            return hidden, margin
        spare = spare[np.argsort(-margins[spare], kind="stable")]
        counts = np.unique(np.maximum(1, len(spare) // np.array([1, 2, 4, 8, 16])))[::-1]
        together = np.repeat(hidden.reshape(1, -1), len(counts), axis=0)
        for row, count in enumerate(counts):
            together[row, members[spare[:count]]] = False
        margins = search(together.reshape(-1, GRID_CELLS, GRID_CELLS))
        # One alone always holds: it was among those that can be spared.
        first = int(search.flipped(margins).argmax())
        if not together[first].any():
            return hidden, margin
        hidden, margin = together[first].reshape(GRID_CELLS, GRID_CELLS), float(margins[first])
