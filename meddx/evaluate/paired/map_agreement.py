"""Measure whether the heat maps of two models highlight the same regions of an image."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from meddx.imaging.overlay import map_on_image
from meddx.types import Prediction

GRID = 32
"""Cells per side of the common grid over the image."""
SHARE = 0.1
"""Proportion of the image, the strongest part of each map, whose overlap is measured."""


@dataclass(frozen=True)
class MapAgreement:
    """The agreement of two heat maps.

    rank: Spearman's correlation over the grid, in [-1, 1]; overlap: share of each map's strongest tenth (SHARE) that is
    in the other's, in [0, 1].
    """

    rank: float
    overlap: float


def map_agreement(first: tuple[Prediction, str], second: tuple[Prediction, str], nothing: float) -> MapAgreement | None:
    """Return the agreement of two maps, one label each, placed on the image; None where either shows no evidence.

    Only the order of values is compared, not their units. nothing: the fraction of a model's scale below which its map
    shows no evidence. A map without variation also gives None.
    """
    laid = []
    for prediction, label in (first, second):
        heatmap = prediction.heatmaps[label]
        if heatmap.max() <= 0 or heatmap.max() < nothing * (prediction.heatmap_scale or 0.0):
            return None
        laid.append(map_on_image(heatmap, prediction.placement, GRID, GRID).ravel())
    if any(np.ptp(one) == 0 for one in laid):
        return None
    strongest = round(SHARE * GRID**2)
    tops = [set(np.argsort(-one, kind="stable")[:strongest].tolist()) for one in laid]
    return MapAgreement(float(spearmanr(*laid).statistic), len(tops[0] & tops[1]) / strongest)
