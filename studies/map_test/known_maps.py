"""Tell maps known to be right from maps known to be wrong, and give each its value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.stats import spearmanr

from meddx.explain.map_check.area_effects import AreaEffects, marked_areas
from meddx.types import Placement
from studies.map_test.records import CENTRE, EDGES, GRID, OTHER_IMAGE, OWN, SHUFFLED, Measured

ALL = Placement(0, 0, 1, 1)
RANDOM = "random 1"
WRONG = {
    OTHER_IMAGE: "map of another image",
    SHUFFLED: "map by the network with shuffled weights",
    RANDOM: "random map",
    CENTRE: "middle of the image",
    EDGES: "edges",
}
"""Kinds of maps that know nothing of where the evidence lies, and their names."""
ALIKE = 0.5
"""Rank correlation with the model's own map from which another one is not called wrong."""
_NEAR = 5
"""Cells: a highest place within two cells of the marked area (3 % of the image's side) counts as on it."""


@dataclass(frozen=True)
class Known:
    """The effects of hiding areas beside one map. right: None where that is not known; hit: whether it points at the
    marked area, or None; usual: effects on the model's other images, None where they are not taken out."""

    model: str
    group: str
    kind: str
    right: bool | None
    hit: bool | None
    areas: AreaEffects
    usual: NDArray[np.float64] | None = None

    @property
    def value(self) -> float:
        """By which right and wrong maps are told apart."""
        return self.areas.agreement(self.usual)


def known_maps(
    cases: Iterable[Measured], exact: frozenset[str], usual: NDArray[np.float64] | None = None
) -> Iterator[Known]:
    """Yield a value for every map that marks anything. usual: as in Known, of the model of all these cases.

    Right: a map by a model whose map is its answer (`exact`), or one whose highest place lies on the marked area or
    near it. Wrong: one of WRONG, unless it points there too, or is much like the model's own.
    """
    for case in cases:
        for kind in (OWN, *WRONG):
            heatmap = case.maps.get(kind)
            if heatmap is not None and np.ptp(np.maximum(heatmap, 0)) > 0:
                areas = replace(case.areas, marked=marked_areas(heatmap, ALL))
                yield Known(case.model, case.group, kind, worth(case, kind, exact), points(case, kind), areas, usual)


def untrained_maps(cases: Iterable[Measured], usual: NDArray[np.float64] | None = None) -> Iterator[Known]:
    """Yield the maps of networks with shuffled weights, each beside its own network's effects; kind: the method."""
    for case in cases:
        for network in case.untrained:
            for method, areas in network.items():
                yield Known(case.model, case.group, method, None, None, areas, usual)


def points(case: Measured, kind: str) -> bool | None:
    """Return whether a map's highest place lies on the marked area or near it; None where nothing is marked."""
    if case.truth is None:
        return None
    return bool(maximum_filter(case.truth, _NEAR).flat[case.maps[kind].argmax()] > 0)


def worth(case: Measured, kind: str, exact: frozenset[str]) -> bool | None:
    """Return whether a map is known to be right, or wrong; None where neither is known, or it is missing or empty."""
    heatmap = case.maps.get(kind)
    if heatmap is None or np.ptp(np.maximum(heatmap, 0)) == 0:
        return None
    hit = points(case, kind)
    if kind in WRONG:
        alike = spearmanr(_coarse(case.maps[OWN]), _coarse(heatmap)).statistic >= ALIKE
        return None if hit or alike else False
    return True if case.model in exact or hit else None


def lent(case: Measured, lender: Measured) -> Measured | None:
    """Return the case with the other image's map as OTHER_IMAGE; None for the same patient, or for another label."""
    if case.group == lender.group or case.label != lender.label:
        return None
    return replace(case, maps=case.maps | {OTHER_IMAGE: lender.maps[OWN]})


def area_under_curve(right: Iterable[float], wrong: Iterable[float]) -> float:
    """Return how often a right map has a higher value than a wrong one, ties counting half; NaN without either."""
    first, second = np.array(list(right))[:, np.newaxis], np.array(list(wrong))
    return float(((first > second) + 0.5 * (first == second)).mean()) if first.size and second.size else float("nan")


def _coarse(heatmap: np.ndarray) -> np.ndarray:
    side = GRID // 4
    return np.maximum(heatmap, 0).reshape(side, 4, side, 4).mean(axis=(1, 3)).ravel()
