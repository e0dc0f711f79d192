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
        self, inputs: NDArray[np.float32], asked: Sequence[Asked], rows: Container[str]
    ) -> dict[str, list[NDArray[np.float32]]]:
        """By row, of those in `rows`, its maps (asked, rows, columns) on each shuffled network."""
        found: dict[str, list[NDArray[np.float32]]] = {}
        for share in SHUFFLED:
            self._randomised.shuffle(share)
            for source in self._sources:
                if source.passes < SLOW and all(row in rows for row in source.rows):
                    for row, drawn in source.draw(inputs, asked).items():
                        found.setdefault(row, []).append(drawn.maps)
        return found


def likeness(first: NDArray[np.float32], second: NDArray[np.float32], placement: Placement) -> float:
    """Rank correlation of two maps of one film over its places."""
    return similarity(on_grid(first, placement), on_grid(second, placement))
