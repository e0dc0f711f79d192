"""Check whether a model's answers depend on what its maps mark, and whether maps change when weights are shuffled.

What meddx.explain.map_check measures of one map on request is measured here of every row of the table.
"""

from collections.abc import Container, Mapping, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.map_evaluation.baselines import CENTRE, RANDOM
from meddx.evaluate.map_evaluation.map_sources import ImageLabel, method_sources
from meddx.explain.map_check.faithfulness import PartiallyBlurred, centre_map, deletion_curves, random_map
from meddx.explain.map_check.map_similarity import on_grid, similarity
from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.explain.methods import SLOW
from meddx.explain.methods.compiled_passes import Logits
from meddx.model.card import Card
from meddx.model.postprocessing import log_odds
from meddx.types import Placement

SHUFFLED = (0.5, 1.0)
"""Shares of the layers, from the output downwards. Methods of SLOW passes or more are not run again."""


def effects(
    logits: Logits,
    card: Card,
    image: NDArray[np.float32],
    placement: Placement,
    *,
    label: int,
    maps: Mapping[str, NDArray[np.float32]],
    seed: int,
) -> dict[str, float]:
    """Return the faithfulness of each row's map, baselines included, clipped to [-1, 1].

    It is how much of the answer the map holds (meddx.explain.map_check.faithfulness).
    image: (height, width, channels); maps: of the label, over the whole input; seed: of the random map.
    """
    hidden = PartiallyBlurred(image, placement)
    orders = {row: hidden.order(heatmap) for row, heatmap in maps.items()}
    for row, laid in ((CENTRE, centre_map(*hidden.shape)), (RANDOM, random_map(*hidden.shape, seed))):
        orders[row] = np.argsort(-laid, axis=None, kind="stable")
    curves = deletion_curves(lambda images: np.asarray(log_odds(logits(images), card)[:, label]), hidden, orders)
    return {row: float(np.clip(curve.effect, -1, 1)) for row, curve in curves.items()}


class Shuffled:
    """The methods on two shuffled networks.

    The weights of the half of the layers nearest the output are shuffled, then those of all layers.
    """

    def __init__(self, network: keras.Model, methods: Sequence[str]) -> None:
        self._randomised = RandomisedNetwork(network)
        self._sources = method_sources(self._randomised.clone, methods)

    def __call__(
        self, inputs: NDArray[np.float32], asked: Sequence[ImageLabel], rows: Container[str], *, first: int, few: int
    ) -> dict[str, list[NDArray[np.float32]]]:
        """Return the maps (asked, rows, columns) on each shuffled network, of the rows among `rows`.

        first: number of the first of these images; few: images for which quick methods draw maps, slow ones for a
        third.
        """
        sources = [
            source
            for source in self._sources
            if source.passes < SLOW and first < source.images(few, few // 3) and all(row in rows for row in source.rows)
        ]
        found: dict[str, list[NDArray[np.float32]]] = {}
        for share in SHUFFLED if sources else ():
            self._randomised.shuffle(share)
            for source in sources:
                for row, drawn in source.draw(inputs, asked).items():
                    found.setdefault(row, []).append(drawn.maps)
        return found


def marks_nothing(heatmap: NDArray[np.float32]) -> bool:
    """Return whether no place has more evidence for the label than any other."""
    return bool(np.ptp(np.maximum(heatmap, 0)) == 0)


def likeness(
    trained: NDArray[np.float32], shuffled: Sequence[NDArray[np.float32]], placement: Placement
) -> tuple[float | None, float]:
    """Return how similar the map of one image is to those of shuffled networks, and the share of these that are empty.

    The similarity is the highest rank correlation with one of them; None where there is nothing to compare: the trained
    network's map is flat, or all of the others are.
    """
    whole, *others = (on_grid(one, placement) for one in (trained, *shuffled))
    marking = [other for other in others if not marks_nothing(other)]
    blank = 1 - len(marking) / len(others)
    if marks_nothing(whole) or not marking:
        return None, blank
    return max(similarity(whole, other) for other in marking), blank
