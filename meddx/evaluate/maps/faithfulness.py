"""Do a model's answers hang on what its maps mark, and do the maps change when its weights are shuffled?

What meddx.explain.reliability measures of one map on request, here of every row of the table.
"""

from collections.abc import Container, Mapping, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.maps.floors import CENTRE, RANDOM
from meddx.evaluate.maps.sources import SLOW, Asked, method_sources
from meddx.explain.methods.passes import Logits
from meddx.explain.reliability.compare import on_grid, similarity
from meddx.explain.reliability.faithful import PartlyHidden, centre_map, curves, random_map
from meddx.explain.reliability.randomised import Randomised
from meddx.model.card import Card
from meddx.model.decide import log_odds
from meddx.types import Placement

SHUFFLED = (0.5, 1.0)
"""Of the layers, from the answer downwards. Methods of SLOW passes are not asked again."""


def effects(
    logits: Logits,
    card: Card,
    film: NDArray[np.float32],
    placement: Placement,
    *,
    label: int,
    maps: Mapping[str, NDArray[np.float32]],
    seed: int,
) -> dict[str, float]:
    """By row, floors too, how much of the answer its map holds (meddx.explain.reliability.faithful), cut to [-1, 1].

    film: (height, width, channels); maps: of the label, over the whole input; seed: of the random map.
    """
    hidden = PartlyHidden(film, placement)
    orders = {row: hidden.order(heatmap) for row, heatmap in maps.items()}
    for row, laid in ((CENTRE, centre_map(*hidden.shape)), (RANDOM, random_map(*hidden.shape, seed))):
        orders[row] = np.argsort(-laid, axis=None, kind="stable")
    found = curves(
        lambda films: np.asarray(log_odds(logits(films), card)[:, label]), hidden, orders, lambda films: None
    )
    return {row: float(np.clip(one.effect, -1, 1)) for row, one in found.items()}


class Shuffled:
    """The same methods on the network with the weights of the half of its layers nearest the answer shuffled, and of
    all."""

    def __init__(self, network: keras.Model, methods: Sequence[str]) -> None:
        self._randomised = Randomised(network)
        self._sources = method_sources(self._randomised.clone, methods)

    def __call__(
        self, inputs: NDArray[np.float32], asked: Sequence[Asked], rows: Container[str], *, first: int, few: int
    ) -> dict[str, list[NDArray[np.float32]]]:
        """By row, of those in `rows`, its maps (asked, rows, columns) on each shuffled network.

        first: number of the first of these films; few: films that quick methods are asked about, slow ones a third.
        """
        sources = [
            source
            for source in self._sources
            if source.passes < SLOW and first < source.films(few, few // 3) and all(row in rows for row in source.rows)
        ]
        found: dict[str, list[NDArray[np.float32]]] = {}
        for share in SHUFFLED if sources else ():
            self._randomised.shuffle(share)
            for source in sources:
                for row, drawn in source.draw(inputs, asked).items():
                    found.setdefault(row, []).append(drawn.maps)
        return found


def marks_nothing(heatmap: NDArray[np.float32]) -> bool:
    """Whether no place speaks for the label more than any other."""
    return bool(np.ptp(np.maximum(heatmap, 0)) == 0)


def likeness(
    trained: NDArray[np.float32], shuffled: Sequence[NDArray[np.float32]], placement: Placement
) -> tuple[float | None, float]:
    """Of the maps of one film: the highest rank correlation with one of a shuffled network, and the share of these that
    mark nothing.

    None where there is nothing to compare: the trained network's map is flat, or all of the others are.
    """
    whole, *others = (on_grid(one, placement) for one in (trained, *shuffled))
    marking = [other for other in others if not marks_nothing(other)]
    blank = 1 - len(marking) / len(others)
    if marks_nothing(whole) or not marking:
        return None, blank
    return max(similarity(whole, other) for other in marking), blank
