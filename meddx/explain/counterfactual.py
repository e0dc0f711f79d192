"""Search for the smallest region of an image whose blurring moves a label's probability across its threshold.

The search proves nothing: restoring any single cell of the region found flips the result back, but a smaller region may
exist elsewhere. It is the smallest destroying region of Dabkowski and Gal 2017 (arXiv:1705.07857, section 2), on cells.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.explainer import Progress, no_progress
from meddx.types import Placement

GRID_CELLS = 16
"""Cells along each side of the image."""
LARGEST_SHARE = 0.5
"""Largest share of the image that the search hides: with more hidden, hardly an image is left."""
BATCH_SIZE = 32
"""Images that the network is asked about at once."""

Probability = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Network inputs (n, height, width, channels) -> probability of the label (n,)."""


@dataclass(frozen=True)
class CounterfactualRegion:
    """Hold the result of a search.

    hidden: bool (CELLS, CELLS) over the image, True where it is blurred; all False when nothing flips the result.
    before, after: probability of the image as it is, and with the region hidden; without a flip, `after` is the nearest
        to the threshold that was reached. passes: images that the network was asked about.
    """

    hidden: NDArray[np.bool_]
    before: float
    after: float
    passes: int


class _Search:
    """Compute how far the probability of an image with hidden cells lies beyond the threshold, on the other side.

    total: images that will be asked about at most, for the progress; set by the caller.
    """

    def __init__(
        self,
        probability: Probability,
        image: NDArray[np.float32],
        threshold: float,
        placement: Placement,
        progress: Progress,
    ) -> None:
        self._probability, self._image, self._threshold, self._progress = probability, image, threshold, progress
        soft = blurred(image[np.newaxis])[0]
        self._difference = soft - image
        height, width = image.shape[:2]
        # Cells of an image that was cut have no pixels where the network did not see it, and change nothing.
        self._rows = _borders(placement.top, placement.bottom, height)
        self._columns = _borders(placement.left, placement.right, width)
        self.passes = 0
        self.total = 0
        self.before = float(probability(image[np.newaxis])[0])
        self._present = self.before >= threshold

    def __call__(self, hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the margin (n,) of each of the hidden regions (n, CELLS, CELLS), in probability; see `flipped`."""
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
        """Return whether each margin flips the result: a finding is a probability at or above the threshold."""
        return margin > 0 if self._present else margin >= 0

    def after(self, margin: float) -> float:
        """Return the probability at this margin."""
        return self._threshold - margin if self._present else self._threshold + margin


def _borders(start: float, end: float, pixels: int) -> NDArray[np.intp]:
    """Return the borders (GRID_CELLS + 1,) of the image's cells along one axis of the network's input, in pixels."""
    borders = np.linspace(start * pixels, end * pixels, GRID_CELLS + 1).round().astype(np.intp)
    return np.clip(borders, 0, pixels)


def smallest_counterfactual(
    probability: Probability,
    image: NDArray[np.float32],
    threshold: float,
    placement: Placement,
    progress: Progress = no_progress,
) -> CounterfactualRegion:
    """Return the smallest region found whose blurring removes a finding of the label, or adds one where there is none.

    image: float32 (height, width, channels), the network's input; placement: where in it the image lies.
    Each cell is hidden alone, and shown alone in an image otherwise hidden, since of places that carry the same
    evidence none changes anything by itself. Then cells are hidden together until the result flips, in three orders: by
    the effect of hiding, of showing, and of hiding averaged over neighbours. Last, cells are restored one after another
    as long as the result stays flipped.
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
    """Return regions, bool (len(sizes), CELLS, CELLS), each of the first so many cells of the order."""
    place = np.argsort(order)  # of each cell in the order
    return np.asarray(place < sizes[:, np.newaxis]).reshape(-1, GRID_CELLS, GRID_CELLS)


def _given_back(search: _Search, hidden: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
    """Return the region shrunk until restoring any single cell flips the result back, and its margin.

    The cells that matter least are restored first, many at once where the result stays flipped.
    """
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
        # Restoring one alone always holds: it was among those that can be spared.
        first = int(search.flipped(margins).argmax())
        if not together[first].any():
            return hidden, margin
        hidden, margin = together[first].reshape(GRID_CELLS, GRID_CELLS), float(margins[first])
