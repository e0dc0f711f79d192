"""Do two models look at the same place of one image?"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from meddx.imaging.overlay import map_on_image
from meddx.types import Prediction

GRID = 32
"""Cells a side of the common grid, which lies over the image."""
SHARE = 0.1
"""Of the image: the strongest part of each map, whose overlap is measured."""


@dataclass(frozen=True)
class MapAgreement:
    """rank: Spearman's correlation over the grid, in [-1, 1]; overlap: share of each strongest tenth in the other's."""

    rank: float
    overlap: float


def map_agreement(first: tuple[Prediction, str], second: tuple[Prediction, str], nothing: float) -> MapAgreement | None:
    """Of the maps of one label each, put on the image by their placements. No unit is compared, only order.

    nothing: the fraction of a model's scale below which its map shows no evidence; None where either has none.
    """
    laid = []
    for prediction, label in (first, second):
        heatmap = prediction.heatmaps[label]
        if heatmap.max() < nothing * prediction.heatmap_scale:
            return None
        laid.append(map_on_image(heatmap, prediction.placement, GRID, GRID).ravel())
    if any(np.ptp(one) == 0 for one in laid):
        return None
    strongest = round(SHARE * GRID**2)
    tops = [set(np.argsort(-one, kind="stable")[:strongest].tolist()) for one in laid]
    return MapAgreement(float(spearmanr(*laid).statistic), len(tops[0] & tops[1]) / strongest)
