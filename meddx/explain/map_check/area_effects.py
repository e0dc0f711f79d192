"""Set what a map says of each area of the image beside what hiding that area takes from the prediction.

Areas after Zeiler and Fergus 2013 (arXiv:1311.2901, section 4.2); the comparison after Bhatt et al. 2020
(arXiv:2005.00631, section 3.1, "faithfulness correlation"), in log odds, since probabilities saturate. It asks where
the evidence lies and not how much of it there is, so it can judge maps of evidence that is spread out, and images on
which blurring any area raises the prediction; that hiding must move the prediction at all is asked beside it
(`largest`, meddx.explain.map_check.verdicts). Two things move a prediction whatever was learned, and are taken out of
both sides as in a partial correlation: how much the blur changes an area, and how far it lies from the middle. A
picture of edges, or of the middle of the image, is therefore worth nothing. Where it is known what hiding each area
usually takes on other images of the same model, that is taken out too: it says nothing of this image, and a map of
another one is worth little. docs/explanations.md compares it with others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from meddx.explain.blurred_baseline import blurred
from meddx.imaging.overlay import map_on_image
from meddx.types import Placement

ScoresOfImages = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Network inputs (n, height, width, channels) -> scores of the label (n, k): its log odds, and its logit."""
LogOdds = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Logits (n, labels) -> log odds of the calibrated probabilities (n, labels)."""

AREAS = 7
"""Areas along each side of the image, evenly spaced; they overlap."""
AREA_SIDE = 1 / 5
"""Side of an area, as a share of the image's."""
_LEAST_REST = 0.02
"""Share of a spread: a map, or falls, of which the two known things leave less have nothing of their own."""
_GRID = 64
"""Cells along each side of the image in which a map is summed over areas."""


def scores_of_label(logits: NDArray[np.float32], log_odds: LogOdds, label: int) -> NDArray[np.float64]:
    """Return the scores of one label, as ScoresOfImages returns them, float64 (n, 2). logits: (n, labels)."""
    return np.stack([log_odds(logits)[:, label], logits[:, label]], axis=1)


@dataclass(frozen=True)
class AreaEffects:
    """Hold numbers for each area of one image, float64, rows from the top.

    marked: mean of the map there (AREAS, AREAS), negative where it speaks against the label; fall: of each score with
    the area blurred (k, AREAS, AREAS), that of the log odds first; change: mean absolute change of its pixels by that
    (AREAS, AREAS), in the units of the network's input.
    """

    marked: NDArray[np.float64]
    fall: NDArray[np.float64]
    change: NDArray[np.float64]

    @property
    def largest(self) -> float:
        """Return by how much the log odds move at most, up or down, with one area blurred."""
        return float(np.abs(self.fall[0]).max())

    def agreement(self, usual: NDArray[np.float64] | None = None) -> float:
        """Return the correlation of `marked` and `fall`, distance from the middle and `change` apart, in [-1, 1].

        usual: (AREAS, AREAS), usual_effects of the model on other images, to be taken out as well.
        The correlation is the highest of the scores': where labels exclude each other, a map may explain the label's
        logit or its lead over the others. 0 where either side is explained by what is taken out alone.
        """
        apart = (np.ones(AREAS**2), _distance(), self.change, *(() if usual is None else (usual,)))
        known = np.stack([one.ravel() for one in apart], axis=1)
        marked = _unexplained(self.marked.ravel(), known)
        falls = [_unexplained(fall, known) for fall in self.fall.reshape(-1, AREAS**2)]
        return max(float(np.clip(marked @ fall, -1, 1)) for fall in falls)


def usual_effects(images: Sequence[AreaEffects]) -> NDArray[np.float64]:
    """Return what hiding each area usually takes from the log odds, (AREAS, AREAS), without a unit.

    The average over images. Each counts as much, however far its answer moves: of its falls, the mean is made 0 and the
    length 1.
    """
    falls = [one.fall[0] - one.fall[0].mean() for one in images]
    return np.asarray(np.mean([fall / max(float(np.linalg.norm(fall)), 1e-12) for fall in falls], axis=0))


def area_effects(
    scores: ScoresOfImages, image: NDArray[np.float32], placement: Placement, heatmap: NDArray[np.float32]
) -> AreaEffects:
    """Return what the map says of each area, and what hiding it does. AREAS ** 2 + 1 images are asked about, a row
    of areas at a time.

    image: float32 (height, width, channels), the network's input; placement: where in it the image lies; heatmap:
    (rows, columns) over the whole input.
    """
    height, width = image.shape[:2]
    seen = placement.visible
    rows = _spans(round(seen.top * height), round(seen.bottom * height))
    columns = _spans(round(seen.left * width), round(seen.right * width))
    soft = blurred(image[np.newaxis])[0]
    images = np.repeat(image[np.newaxis], AREAS**2 + 1, axis=0)
    for one, (down, across) in zip(images[1:], ((y, x) for y in rows for x in columns), strict=True):
        one[down, across] = soft[down, across]
    found = np.concatenate([scores(part) for part in np.array_split(images, AREAS)])
    change = np.abs(soft - image).mean(axis=-1)
    return AreaEffects(
        marked=marked_areas(heatmap, placement),
        fall=(found[0] - found[1:]).T.reshape(-1, AREAS, AREAS),
        change=_means(change, rows, columns),
    )


def marked_areas(heatmap: NDArray[np.float32], placement: Placement) -> NDArray[np.float64]:
    """Return the mean of a map in each area, (AREAS, AREAS), to stand in AreaEffects in place of another map's.

    heatmap: (rows, columns) over the whole input; placement: where in it the image lies.
    """
    spans = _spans(0, _GRID)
    return _means(map_on_image(heatmap, placement, _GRID, _GRID), spans, spans)


def _spans(start: int, stop: int) -> list[slice]:
    side = AREA_SIDE * (stop - start)
    return [slice(round(one), round(one + side)) for one in np.linspace(start, stop - side, AREAS)]


@cache
def _distance() -> NDArray[np.float64]:
    """Return the mean distance of each area's pixels from the middle, (AREAS, AREAS), averaged as maps are."""
    side = (np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID - 0.5
    return _means(np.hypot(side[:, np.newaxis], side), _spans(0, _GRID), _spans(0, _GRID))


def _means(values: NDArray[np.float32], rows: list[slice], columns: list[slice]) -> NDArray[np.float64]:
    return np.array([[values[down, across].mean(dtype=np.float64) for across in columns] for down in rows])


def _unexplained(values: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a linear fit of the columns of `known` leaves of the values, of length 1.

    Zeros where it leaves next to nothing (_LEAST_REST).
    """
    rest = values - known @ np.linalg.lstsq(known, values, rcond=None)[0]
    length, spread = np.linalg.norm(rest), np.linalg.norm(values - values.mean())
    if spread <= 1e-9 * np.linalg.norm(values) or length <= _LEAST_REST * spread:  # the same everywhere, but rounded
        return np.zeros_like(rest)
    return np.asarray(rest / length)
