"""Does the answer hang on what the map marks? Deletion and insertion against a blurred image.

Petsiuk, Das and Saenko 2018 (RISE, arXiv:1806.07421), section 4.1: hide the most marked places of the image, and show
them alone. Here only up to a fifth of the image, where findings lie, and in log odds: a probability of 1.00 stays
there until nearly all evidence is gone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from meddx.explain.blurred_baseline import blurred
from meddx.imaging.overlay import map_on_image
from meddx.types import Placement

Evidence = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Network inputs (n, height, width, channels) -> log odds of the label (n,), natural logarithm."""

HIDDEN_SHARES = (0.02, 0.05, 0.1, 0.2)
"""Of the image's pixels that are hidden, or shown alone."""
LEAST_EVIDENCE = 1.0
"""Log odds: where image and blurred image differ by less, the answer hardly hangs on the image's detail at all, and
what
hiding moves is measured against this."""
CLEAR_EVIDENCE = 2.0
"""Log odds, a change of the odds by seven: the least that `hold` measures against. The answers of random networks
hang on an image's detail by less."""
_SMOOTHING = 1 / 24
"""Standard deviation, share of the image's longer side, by which a map is smoothed before its places are ordered:
single
pixels blurred one by one would make a pattern of their own."""
_LUMPS = 1 / 24
"""The same of a random map, so that its patches are of the size of a heat map's."""


@dataclass(frozen=True)
class DeletionCurves:
    """Log odds of the label, float64 (len(SHARES),): with that share of the image hidden, and with it alone shown.

    whole, soft: of the image as it is, and of the image all blurred.
    """

    hidden: NDArray[np.float64]
    shown: NDArray[np.float64]
    whole: float
    soft: float

    @property
    def effect(self) -> float:
        """Of the difference between image and blurred image, the share that hiding takes away and showing brings back.

        Mean over SHARES and both ways. 1: the first marked places are all the evidence; about 0: chance.
        """
        moved = (self.whole - self.hidden).mean() + (self.shown - self.soft).mean()
        return float(moved / (2 * max(self.whole - self.soft, LEAST_EVIDENCE)))

    @property
    def taken(self) -> float:
        """Of the difference between image and blurred image, but at least of WEIGHTY, the share that hiding takes away.

        Mean over SHARES.
        """
        return float((self.whole - self.hidden).mean()) / max(self.whole - self.soft, CLEAR_EVIDENCE)

    @property
    def brought(self) -> float:
        """Likewise the share that showing alone brings back."""
        return float((self.shown - self.soft).mean()) / max(self.whole - self.soft, CLEAR_EVIDENCE)

    @property
    def hold(self) -> float:
        """How much of the answer the first places hold: the larger of both shares.

        One is enough. Of a finding in several parts the rest remains when one is hidden, and the edge between sharp
        and blurred may look like a finding itself.
        """
        return max(self.taken, self.brought)


class PartiallyBlurred:
    """One network input of which parts of the image are blurred.

    image: float32 (height, width, channels), the network's input; placement: where in it the image lies; padding stays.
    """

    def __init__(self, image: NDArray[np.float32], placement: Placement) -> None:
        height, width = image.shape[:2]
        self._image, self._placement = image, placement
        self._change = blurred(image[np.newaxis])[0] - image
        self._rows = slice(round(placement.top * height), round(placement.bottom * height))
        self._columns = slice(round(placement.left * width), round(placement.right * width))
        self.shape = self._rows.stop - self._rows.start, self._columns.stop - self._columns.start

    def order(self, heatmap: NDArray[np.float32]) -> NDArray[np.intp]:
        """Indices of the image's pixels, row by row, the most marked first; what is below zero marks nothing.

        heatmap: (rows, columns) over the whole network input. Equal places come in patches, by chance.
        """
        marked = np.maximum(map_on_image(heatmap, self._placement, *self.shape), 0)
        smooth = gaussian_filter(marked, _SMOOTHING * max(self.shape), mode="nearest", truncate=3)
        return np.lexsort((random_map(*self.shape, seed=0).ravel(), -smooth.ravel()))

    def without(self, order: NDArray[np.intp], share: float) -> NDArray[np.float32]:
        """The input with the first `share` of the ordered pixels blurred."""
        cover = np.zeros(order.size, np.float32)
        cover[order[: round(share * order.size)]] = 1
        found = self._image.copy()
        found[self._rows, self._columns] += cover.reshape(*self.shape, 1) * self._change[self._rows, self._columns]
        return found


@lru_cache(maxsize=32)
def random_map(rows: int, columns: int, seed: int) -> NDArray[np.float32]:
    """Patches placed by chance, (rows, columns), >= 0; read-only, since it is kept for the next image of this size."""
    noise = np.random.default_rng([2018, seed]).standard_normal((rows, columns), np.float32)
    patches = gaussian_filter(noise, _LUMPS * max(rows, columns), mode="wrap", truncate=3)
    found = np.asarray(patches - patches.min(), np.float32)
    found.flags.writeable = False
    return found


def centre_map(rows: int, columns: int) -> NDArray[np.float32]:
    """The nearer to the middle of the image, the higher, (rows, columns), > 0."""
    y, x = (np.abs((np.arange(side, dtype=np.float32) + 0.5) / side - 0.5) for side in (rows, columns))
    return np.asarray(1 - np.hypot(y[:, np.newaxis], x[np.newaxis]), np.float32)


def deletion_curves(
    evidence: Evidence, image: PartiallyBlurred, orders: Mapping[str, NDArray[np.intp]], told: Callable[[int], None]
) -> dict[str, DeletionCurves]:
    """The curves of each order of pixels, by its name. told: given the number of images asked about since then."""
    some = next(iter(orders.values()))
    whole, soft = evidence(np.stack([image.without(some, share) for share in (0.0, 1.0)])).tolist()
    told(2)
    found = {}
    for name, order in orders.items():
        hidden = evidence(np.stack([image.without(order, share) for share in HIDDEN_SHARES]))
        told(len(HIDDEN_SHARES))
        shown = evidence(np.stack([image.without(order[::-1], 1 - share) for share in HIDDEN_SHARES]))
        told(len(HIDDEN_SHARES))
        found[name] = DeletionCurves(hidden, shown, whole, soft)
    return found
