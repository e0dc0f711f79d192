"""Draw, beside a model's own map of a finding, maps that know nothing of it, and measure what hiding areas does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_gradient_magnitude

from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID, annotated_cells
from meddx.evaluate.map_evaluation.known_maps import MAP_GRID, WHOLE_IMAGE, MapKind, MeasuredImage
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.explain.map_check.area_effects import (
    AreaEffects,
    ScoresOfImages,
    area_effects,
    marked_areas,
    scores_of_label,
)
from meddx.explain.map_check.faithfulness import centre_map, random_map
from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.explain.methods import METHODS
from meddx.explain.methods.compiled_passes import Logits
from meddx.imaging.overlay import map_on_image
from meddx.imaging.preprocessing import model_input
from meddx.model.loading import LoadedModel
from meddx.model.postprocessing import findings, log_odds, probabilities
from meddx.types import Placement

UNTRAINED = 2
"""Networks with shuffled weights that are asked about each image."""
_FIRST_UNTRAINED = 1000
"""Other shuffled weights than those that drew maps known to be wrong."""


@dataclass(frozen=True)
class MarkedImage:
    """Hold one image, as the network's input, with a finding that it has and the model calls.

    image: float32 (height, width, channels); placement: where in it the image lies; label: place in the card; truth: as
    in MeasuredImage; key, group: of the image and its patient.
    """

    key: str
    group: str
    image: NDArray[np.float32]
    placement: Placement
    label: int
    truth: NDArray[np.float32] | None


class KnownMapBench:
    """Measure images of one model, with everything compiled once. Not for several threads.

    methods: names of those whose maps are taken for the model's own.
    """

    def __init__(self, loaded: LoadedModel, methods: Sequence[str]) -> None:
        self.loaded = loaded
        self.logits = Logits(loaded.network)
        self._explainers = {method: METHODS[method].build(loaded.network) for method in methods}
        self._pair = NetworkPair(loaded.network)
        self._by_pair = Logits(self._pair.randomised.clone)
        self._shuffled = RandomisedNetwork(loaded.network)
        self._by_shuffled = METHODS["grad-cam"].build(self._shuffled.clone)

    def __call__(self, case: MarkedImage, number: int) -> dict[str, MeasuredImage]:
        """Return what was measured of one image, by method. number: of the image, for what is drawn by chance.

        Of the maps known to be wrong all are there but that of another image: known_maps.lent puts it in.
        """
        wrong = self._wrong_maps(case, number)
        untrained = tuple(self._untrained(case, UNTRAINED * number + one) for one in range(UNTRAINED))
        areas = area_effects(self._scores(self.logits, case.label), case.image, case.placement, wrong[MapKind.CENTRE])
        found = {}
        for method, explain in self._explainers.items():
            own = _on_image(explain(case.image[np.newaxis], [case.label])[0, 0], case)
            found[method] = MeasuredImage(
                self.loaded.card.id,
                case.key,
                case.group,
                case.label,
                case.truth,
                {MapKind.OWN: own} | wrong,
                replace(areas, marked=marked_areas(own, WHOLE_IMAGE)),
                untrained,
            )
        return found

    def _wrong_maps(self, case: MarkedImage, number: int) -> dict[str, NDArray[np.float32]]:
        self._shuffled.shuffle(1.0, number // 8)
        by_shuffled = self._by_shuffled(case.image[np.newaxis], [case.label])[0, 0]
        grey = _on_image(case.image.mean(axis=-1), case)
        return {
            MapKind.SHUFFLED: _on_image(by_shuffled, case),
            MapKind.CENTRE: centre_map(MAP_GRID, MAP_GRID),
            MapKind.EDGES: np.asarray(gaussian_gradient_magnitude(grey, 1.0, mode="nearest"), np.float32),
            MapKind.RANDOM: random_map(MAP_GRID, MAP_GRID, 100 * number + 1),
        }

    def _scores(self, network: Logits, label: int) -> ScoresOfImages:
        def scores(images: NDArray[np.float32]) -> NDArray[np.float64]:
            logits = network(images)
            return scores_of_label(logits, partial(log_odds, card=self.loaded.card), label)

        return scores

    def _untrained(self, case: MarkedImage, number: int) -> dict[str, AreaEffects]:
        """Return, of a network with shuffled weights, what hiding areas does, beside each of its maps that marks any.

        number: draws the weights.
        """
        self._pair.shuffle(1.0, _FIRST_UNTRAINED + number)
        answers = self._pair(case.image[np.newaxis])
        maps = {name: answers[name][0, case.label] for name in self._pair.family}
        scores = self._scores(self._by_pair, case.label)
        areas = area_effects(scores, case.image, case.placement, next(iter(maps.values())))
        return {
            name: replace(areas, marked=marked_areas(heatmap, case.placement))
            for name, heatmap in maps.items()
            if np.ptp(np.maximum(heatmap, 0)) > 0
        }


def marked_images(loaded: LoadedModel, images: LabelledSet) -> Iterator[MarkedImage]:
    """Yield the images with a marked finding that the model calls: its first such label, but those for no disease.

    Raises Refused for an image or mask that cannot be read.
    """
    card, logits = loaded.card, Logits(loaded.network)
    for case in images.cases:
        image, placement = model_input(case.image(), card.input)
        called = findings(probabilities(logits(image[np.newaxis])[0], card), card)
        for place, label in enumerate(card.labels):
            if label.absence or label.name not in called or label.name not in case.labels:
                continue
            truth = marked_cells(case, label.name)
            if truth.any():
                yield MarkedImage(case.id, case.group, image, placement, place, truth)
                break


def marked_cells(case: LabelledCase, label: str) -> NDArray[np.float32]:
    """Return the cells of the image (MAP_GRID, MAP_GRID) that a box or mask of the finding touches, 1 or 0.

    Raises Refused for a mask that cannot be read.
    """
    fine = annotated_cells(case, label).reshape(MAP_GRID, ANNOTATION_GRID // MAP_GRID, MAP_GRID, -1)
    return np.asarray(fine.any(axis=(1, 3)), np.float32)


def _on_image(heatmap: NDArray[np.float32], case: MarkedImage) -> NDArray[np.float32]:
    return np.asarray(map_on_image(heatmap, case.placement, MAP_GRID, MAP_GRID), np.float32)
