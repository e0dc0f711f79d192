"""Measure one map by 50 to 71 forward passes, so that no map has to be shown untested.

Of the full check (map_checker) it takes what the network itself can tell: what hiding each area takes from the
prediction, stability under slight noise, and specificity, since every label's map is there already. It leaves out
shuffled weights, which need a second network, other methods' maps, and the curves for the chart.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from meddx.explain.map_check.area_effects import AREAS, ScoresOfImages, area_effects
from meddx.explain.map_check.map_checker import (
    LARGEST_PROBABILITY_CHANGE,
    NOISE_LEVELS,
    MapCheckValues,
    noisy_copies,
)
from meddx.explain.map_check.map_similarity import on_grid, similarity
from meddx.explain.map_check.verdicts import VerdictThresholds, measure_verdicts
from meddx.explain.methods import METHODS, QUICK
from meddx.types import MapMeasure, Placement

_NOISY_COPIES = 2
_LEFT_OUT = ("learned", "agreed")
"""Measures of the full check that take more than a few forward passes."""


def copies_with_noise(method: str) -> int:
    """Return on how many noisy copies the map of a method is drawn again: 2, 1 or none, in 20 passes at most."""
    return min(_NOISY_COPIES, QUICK // METHODS[method].passes)


def expected_passes(method: str) -> int:
    """Return how many forward passes the check of a method's map takes where the strongest noise serves."""
    copies = copies_with_noise(method)
    return AREAS**2 + 1 + (1 + copies * (1 + METHODS[method].passes) if copies else 0)


def quick_check(
    image: NDArray[np.float32],
    label: int,
    placement: Placement,
    *,
    maps: NDArray[np.float32],
    scores: ScoresOfImages,
    draw: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    copies: int,
) -> MapCheckValues:
    """Return what was measured of one label's map; what the full check alone measures is empty.

    image: float32 (height, width, channels), the network's input; placement: where in it the image lies.
    maps: of every label by the method (labels, rows, columns), that of `label` as it is shown. scores: log odds of the
    label, and its logit. draw: network inputs (n, height, width, channels) -> the label's maps by the method (n, rows,
    columns). copies: with noise, 0 to leave that out. `passes` counts the images that `scores` was asked about.
    """
    asked = 0

    def counted(images: NDArray[np.float32]) -> NDArray[np.float64]:
        nonlocal asked
        asked += len(images)
        return scores(images)

    grid = on_grid(maps[label], placement)
    return MapCheckValues(
        areas=area_effects(counted, image, placement, maps[label]),
        curves={},
        cascade=(),
        noisy=_under_noise(image, grid, placement, scores=counted, draw=draw, copies=copies) if copies else (),
        labels={
            other: similarity(grid, on_grid(heatmap, placement)) for other, heatmap in enumerate(maps) if other != label
        },
        methods={},
        marks=bool(grid.max() > 0),
        passes=asked,
    )


def quick_measures(numbers: MapCheckValues, titles: list[str], thresholds: VerdictThresholds) -> tuple[MapMeasure, ...]:
    """Return the measures that were taken, with verdicts by the full check's thresholds.

    titles: of every label; thresholds: verdict_thresholds of the model.
    """
    measures = measure_verdicts(numbers, titles, thresholds)
    left_out = _LEFT_OUT if numbers.noisy else (*_LEFT_OUT, "steady")
    return tuple(measure for measure in measures if measure.name not in left_out)


def _under_noise(
    image: NDArray[np.float32],
    grid: NDArray[np.float32],
    placement: Placement,
    *,
    scores: ScoresOfImages,
    draw: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    copies: int,
) -> tuple[tuple[float, float], ...]:
    """Return (change of probability, similarity to the map) of each copy with the strongest noise that changes little.

    grid: the map as on_grid gives it.
    """
    before = expit(scores(image[np.newaxis])[0, 0])
    for strength in NOISE_LEVELS:
        noisy = noisy_copies(image, strength, copies)
        moved = expit(scores(noisy)[:, 0]) - before
        if np.abs(moved).min() <= LARGEST_PROBABILITY_CHANGE:
            break
    similarities = [similarity(grid, on_grid(heatmap, placement)) for heatmap in draw(noisy)]
    return tuple(zip(moved.tolist(), similarities, strict=True))
