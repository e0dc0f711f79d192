"""Draw how a prediction falls as what the map marks is hidden: deletion and insertion against a blurred image.

For the chart beside a check and the record of a method (meddx.evaluate.map_evaluation); the verdict on one map comes
from meddx.explain.map_check.area_effects.

Petsiuk, Das and Saenko 2018 (RISE, arXiv:1806.07421, section 4.1): the most marked places of the image are hidden, and
shown alone. Here only up to a fifth of the image, since findings are small, and in log odds, since a probability of
1.00 stays there until nearly all evidence is gone.
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

LabelLogOdds = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Network inputs (n, height, width, channels) -> log odds of the label (n,), natural logarithm."""

HIDDEN_SHARES = (0.02, 0.05, 0.1, 0.2)
"""Shares of the image's pixels that are hidden, or shown alone."""
LEAST_EVIDENCE = 1.0
"""Log odds: where image and blurred image differ by less, the prediction hardly depends on the image's detail, and the
effect of hiding is measured against this."""
_SMOOTHING = 1 / 24
"""Standard deviation, as a share of the image's longer side, by which a map is smoothed before its places are ordered:
single pixels blurred one by one would make a pattern of their own."""
_LUMPS = 1 / 24
"""The same for a random map, so that its patches are as large as a heat map's."""


@dataclass(frozen=True)
class DeletionCurves:
    """Hold the log odds of a label while more and more of an image is hidden, and shown.

    hidden, shown: float64 (len(HIDDEN_SHARES),), with that share of the pixels hidden, and with it shown alone.
    whole, soft: of the image as it is, and of the image all blurred.
    """

    hidden: NDArray[np.float64]
    shown: NDArray[np.float64]
    whole: float
    soft: float

    @property
    def effect(self) -> float:
        """Return the share of the evidence that hiding removes and showing restores, averaged over both and all shares.

        The evidence is the difference between image and blurred image, but at least LEAST_EVIDENCE. 1: the first marked
        places hold all of it; about 0: chance.
        """
        moved = (self.whole - self.hidden).mean() + (self.shown - self.soft).mean()
        return float(moved / (2 * max(self.whole - self.soft, LEAST_EVIDENCE)))


class PartiallyBlurred:
    """Blur parts of the image in one network input.

    image: float32 (height, width, channels), the network's input; placement: where in it the image lies. Padding stays.
    """

    def __init__(self, image: NDArray[np.float32], placement: Placement) -> None:
        height, width = image.shape[:2]
        self._image, self._placement = image, placement.visible
        self._change = blurred(image[np.newaxis])[0] - image
        seen = self._placement
        self._rows = slice(round(seen.top * height), round(seen.bottom * height))
        self._columns = slice(round(seen.left * width), round(seen.right * width))
        self.shape = self._rows.stop - self._rows.start, self._columns.stop - self._columns.start

    def order(self, heatmap: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the indices of the image's pixels (counted row by row), the most marked first.

        heatmap: (rows, columns) over the whole network input; values below zero count as zero. Pixels of equal value
        are ordered by a random map, in patches.
        """
        marked = np.maximum(map_on_image(heatmap, self._placement, *self.shape), 0)
        smooth = gaussian_filter(marked, _SMOOTHING * max(self.shape), mode="nearest", truncate=3)
        return np.lexsort((random_map(*self.shape, seed=0).ravel(), -smooth.ravel()))

    def without(self, order: NDArray[np.intp], share: float) -> NDArray[np.float32]:
        """Return the input with the first `share` of the ordered pixels blurred."""
        cover = np.zeros(order.size, np.float32)
        cover[order[: round(share * order.size)]] = 1
        found = self._image.copy()
        found[self._rows, self._columns] += cover.reshape(*self.shape, 1) * self._change[self._rows, self._columns]
        return found


@lru_cache(maxsize=32)
def random_map(rows: int, columns: int, seed: int) -> NDArray[np.float32]:
    """Return a map of random patches, float32 (rows, columns), >= 0; read-only, since it is cached."""
    noise = np.random.default_rng([2018, seed]).standard_normal((rows, columns), np.float32)
    patches = gaussian_filter(noise, _LUMPS * max(rows, columns), mode="wrap", truncate=3)
    found = np.asarray(patches - patches.min(), np.float32)
    found.flags.writeable = False
    return found


def centre_map(rows: int, columns: int) -> NDArray[np.float32]:
    """Return a map that falls from the middle of the image outwards, float32 (rows, columns), > 0."""
    y, x = (np.abs((np.arange(side, dtype=np.float32) + 0.5) / side - 0.5) for side in (rows, columns))
    return np.asarray(1 - np.hypot(y[:, np.newaxis], x[np.newaxis]), np.float32)


def deletion_curves(
    log_odds: LabelLogOdds, image: PartiallyBlurred, orders: Mapping[str, NDArray[np.intp]]
) -> dict[str, DeletionCurves]:
    """Return the curves of each order of pixels, by its name.

    orders: as PartiallyBlurred.order returns; log_odds is asked about 2 + 2 * len(HIDDEN_SHARES) * len(orders) images.
    """
    some = next(iter(orders.values()))
    whole, soft = log_odds(np.stack([image.without(some, share) for share in (0.0, 1.0)])).tolist()
    curves = {}
    for name, order in orders.items():
        hidden = log_odds(np.stack([image.without(order, share) for share in HIDDEN_SHARES]))
        shown = log_odds(np.stack([image.without(order[::-1], 1 - share) for share in HIDDEN_SHARES]))
        curves[name] = DeletionCurves(hidden, shown, whole, soft)
    return curves
