"""Tell maps known to be right from maps known to be wrong, and give each its value."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.stats import spearmanr

from meddx.explain.map_check.area_effects import AreaEffects, marked_areas
from meddx.types import Placement

WHOLE_IMAGE = Placement(0, 0, 1, 1)
MAP_GRID = 64
"""Cells along each side of the image in which maps are kept."""


class MapKind(StrEnum):
    """Name the kinds of maps of one image: the model's own, and those that are known to be wrong."""

    OWN = "own"
    OTHER_IMAGE = "other image"
    SHUFFLED = "shuffled network"
    RANDOM = "random"
    CENTRE = "centre"
    EDGES = "edges"


WRONG = {
    MapKind.OTHER_IMAGE: "map of another image",
    MapKind.SHUFFLED: "map by the network with shuffled weights",
    MapKind.RANDOM: "random map",
    MapKind.CENTRE: "middle of the image",
    MapKind.EDGES: "edges",
}
"""Kinds of maps that know nothing of where the evidence lies, and their names."""
ALIKE = 0.5
"""Rank correlation with the model's own map from which another one is not called wrong."""
_NEAR = 5
"""Cells: a highest place within two cells of the marked area (3 % of the image's side) counts as on it."""


@dataclass(frozen=True)
class MeasuredImage:
    """Hold what a model said of one image with areas hidden, and the maps of the finding that it calls there.

    model: id; key: of the image; group: its patient; label: place of the finding in the card. truth: where it is
    marked, float32 (MAP_GRID, MAP_GRID) over the image, 1 or 0; None where nothing is. maps: of that shape, by kind,
    signed. areas: beside the model's own map. untrained: the same of networks with shuffled weights, each asked about
    itself and its own map, by method.
    """

    model: str
    key: str
    group: str
    label: int
    truth: NDArray[np.float32] | None
    maps: dict[str, NDArray[np.float32]]
    areas: AreaEffects
    untrained: tuple[dict[str, AreaEffects], ...]


@dataclass(frozen=True)
class KnownMap:
    """Hold the effects of hiding areas beside one map.

    right: None where that is not known; hit: whether it points at the marked area, or None; usual: effects on the
    model's other images, None where they are not taken out.
    """

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
    cases: Iterable[MeasuredImage], exact: Set[str], usual: NDArray[np.float64] | None = None
) -> Iterator[KnownMap]:
    """Yield a value for every map that marks anything. usual: as in KnownMap, of the model of all these cases.

    Right: a map by a model whose map is its answer (`exact`), or one whose highest place lies on the marked area or
    near it. Wrong: one of WRONG, unless it points there too, or is much like the model's own.
    """
    for case in cases:
        for kind in (MapKind.OWN, *WRONG):
            heatmap = case.maps.get(kind)
            if heatmap is not None and np.ptp(np.maximum(heatmap, 0)) > 0:
                areas = replace(case.areas, marked=marked_areas(heatmap, WHOLE_IMAGE))
                yield KnownMap(case.model, case.group, kind, worth(case, kind, exact), points(case, kind), areas, usual)


def untrained_maps(cases: Iterable[MeasuredImage], usual: NDArray[np.float64] | None = None) -> Iterator[KnownMap]:
    """Yield the maps of networks with shuffled weights, each beside its own network's effects; kind: the method."""
    for case in cases:
        for network in case.untrained:
            for method, areas in network.items():
                yield KnownMap(case.model, case.group, method, None, None, areas, usual)


def points(case: MeasuredImage, kind: str) -> bool | None:
    """Return whether a map's highest place lies on the marked area or near it; None where nothing is marked."""
    if case.truth is None:
        return None
    return bool(maximum_filter(case.truth, _NEAR).flat[case.maps[kind].argmax()] > 0)


def worth(case: MeasuredImage, kind: str, exact: Set[str]) -> bool | None:
    """Return whether a map is known to be right, or wrong; None where neither is known, or it is missing or empty."""
    heatmap = case.maps.get(kind)
    if heatmap is None or np.ptp(np.maximum(heatmap, 0)) == 0:
        return None
    hit = points(case, kind)
    if kind in WRONG:
        alike = spearmanr(_coarse(case.maps[MapKind.OWN]), _coarse(heatmap)).statistic >= ALIKE
        return None if hit or alike else False
    return True if case.model in exact or hit else None


def lent(case: MeasuredImage, lender: MeasuredImage) -> MeasuredImage | None:
    """Return the case with the other image's map beside its own; None for the same patient, or for another label."""
    if case.group == lender.group or case.label != lender.label:
        return None
    return replace(case, maps=case.maps | {MapKind.OTHER_IMAGE: lender.maps[MapKind.OWN]})


def area_under_curve(right: Iterable[float], wrong: Iterable[float]) -> float:
    """Return how often a right map has a higher value than a wrong one, ties counting half; NaN without either."""
    first, second = np.array(list(right))[:, np.newaxis], np.array(list(wrong))
    return float(((first > second) + 0.5 * (first == second)).mean()) if first.size and second.size else float("nan")


def _coarse(heatmap: NDArray[np.float32]) -> NDArray[np.float32]:
    side = MAP_GRID // 4
    return np.asarray(np.maximum(heatmap, 0).reshape(side, 4, side, 4).mean(axis=(1, 3)).ravel())
