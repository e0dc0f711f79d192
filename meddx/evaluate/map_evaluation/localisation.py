"""Measure how well one map localises the annotated finding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from meddx.evaluate.influence_functions import RankedScores, average_precision_with_influences
from meddx.evaluate.map_evaluation.annotations import AnnotatedCells

TOLERANCE = 15 / 512
"""Share of the image's side: the tolerance of 15 pixels of Zhang et al., on an image of 512 pixels."""
THRESHOLD_SHARES = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Shares of a map's highest value: thresholds among which one is chosen."""


@dataclass(frozen=True)
class Localisation:
    """The localisation measures of one map, each in [0, 1].

    pointing: whether the highest place is marked (pointing game, Zhang et al. 2018, arXiv:1608.00507, section 4.1,
        without tolerance); of several highest places the share that is. near: likewise with TOLERANCE, as they have it.
    inside: the share of the evidence for the label that lies where it is marked; 0 where there is no evidence.
    precision: area under the precision-recall curve of telling marked from other places by their evidence.
    overlap: (len(THRESHOLD_SHARES),) intersection over union of what is marked and where the map has at least each
        share of its highest value.
    """

    pointing: float
    near: float
    inside: float
    precision: float
    overlap: NDArray[np.float64]


def localise(evidence: NDArray[np.floating], cells: AnnotatedCells) -> Localisation:
    """Return the localisation measures of one map.

    evidence: finite, of the shape of `cells`, both over the image; at least one cell must be marked.
    """
    highest = evidence == evidence.max()
    grown = distance_transform_edt(~cells) <= TOLERANCE * len(cells)
    positive = np.maximum(evidence, 0)
    total = float(positive.sum())
    precision, _ = average_precision_with_influences(RankedScores(evidence.ravel(), cells.ravel()))
    return Localisation(
        pointing=float(cells[highest].mean()),
        near=float(grown[highest].mean()),
        inside=float(positive[cells].sum()) / total if total else 0.0,
        precision=precision,
        overlap=_overlap(positive, cells),
    )


def _overlap(positive: NDArray[np.floating], cells: AnnotatedCells) -> NDArray[np.float64]:
    peak = positive.max()
    if peak == 0:
        return np.zeros(len(THRESHOLD_SHARES))
    edges = np.array(THRESHOLD_SHARES) * peak
    hit = np.sum(positive[cells][:, np.newaxis] >= edges, axis=0)
    drawn = np.sum(positive.ravel()[:, np.newaxis] >= edges, axis=0)
    return np.asarray(hit / (drawn + cells.sum() - hit), np.float64)
