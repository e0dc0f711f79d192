"""Measure one map: on its image, by networks with shuffled weights, on noisy images, and for every label.

A method of one pass costs predictions for about ninety images; others cost twelve times their passes on top.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from meddx.explain.map_check.area_effects import AREAS, AreaEffects, LogOdds, area_effects, scores_of_label
from meddx.explain.map_check.faithfulness import (
    HIDDEN_SHARES,
    DeletionCurves,
    PartiallyBlurred,
    centre_map,
    deletion_curves,
    random_map,
)
from meddx.explain.map_check.map_similarity import on_grid, similarity
from meddx.explain.map_check.network_pair import MapsByMethod, NetworkPair
from meddx.explain.map_check.weight_randomisation import CASCADE
from meddx.explain.methods.explainer import Explainer, Maps
from meddx.types import Placement, Progress, no_progress

NOISE_LEVELS = (0.02, 0.01, 0.005)
"""Standard deviation of the noise as a share of the image's range. A weaker one is tried where the stronger changes the
prediction on every noisy image."""
NOISY_COPIES = 3
LARGEST_PROBABILITY_CHANGE = 0.05
"""Largest change of the probability by noise that counts as none; where it is larger the map may change as well."""

_ORDERS = 3
"""Orders of places whose deletion curves are drawn: the map's, from the middle outwards, and random patches."""


@dataclass(frozen=True)
class MapCheckValues:
    """Hold what was measured of one map; similarities are rank correlations over the image (compare.similarity).

    areas: what the map says of each area beside what hiding it does. curves: by order of places, for a chart: "map",
    "centre" and "random".
    cascade: similarity to the map of the network with shuffled weights, for each step of CASCADE.
    noisy: (change of probability, similarity to the map) for each noisy image, all of one strength.
    labels: similarity to the map of each other label, by its index.
    methods: similarity to the same label's map by other methods, by name.
    marks: whether the map marks anything at all. passes: images that networks were asked about.
    """

    areas: AreaEffects
    curves: dict[str, DeletionCurves]
    cascade: tuple[float, ...]
    noisy: tuple[tuple[float, float], ...]
    labels: dict[int, float]
    methods: dict[str, float]
    marks: bool
    passes: int


class MapChecker:
    """Measure the maps of one method on one network, compiled for any image. Not for several threads at once.

    networks: may serve tests of other methods too, one at a time. method: its name; it is not compared with itself.
    build: network -> Explainer, used for methods that are not in networks.family. passes: about how many predictions
        one of its maps costs.
    """

    def __init__(
        self, networks: NetworkPair, method: str, build: Callable[[keras.Model], Explainer], passes: int = 1
    ) -> None:
        self._networks = networks
        own = method not in networks.family
        self._explain = build(networks.trained) if own else None
        self._on_random = build(networks.randomised.clone) if own else None
        self._method, self._passes = method, passes

    def __call__(
        self,
        image: NDArray[np.float32],
        label: int,
        placement: Placement,
        log_odds: LogOdds,
        progress: Progress = no_progress,
    ) -> tuple[MapCheckValues, NDArray[np.float32]]:
        """Return the numbers, and the map (rows, columns) that they are of.

        image: float32 (height, width, channels), the network's input; label: index of an output; placement: where in it
            the image lies; log_odds: of logits.
        """
        meter = _Meter(self._images(), progress)
        meter.say("Computing the map by several methods and for every label")
        self._networks.train()
        answers = self._networks(image[np.newaxis])
        meter.add(1)
        maps = self._maps(image[np.newaxis], answers, self._networks.labels, self._explain, meter)[0]
        grid = on_grid(maps[label], placement)

        def alike(other: NDArray[np.float32]) -> float:
            return similarity(grid, on_grid(other, placement))

        def scores(images: NDArray[np.float32]) -> NDArray[np.float64]:
            logits = self._networks(images)["logits"]
            meter.add(len(images))
            return scores_of_label(logits, log_odds, label)

        meter.say("Hiding one area after the other")
        areas = area_effects(scores, image, placement, maps[label])
        partly = PartiallyBlurred(image, placement)
        height, width = image.shape[:2]
        orders = {"map": maps[label], "centre": centre_map(height, width), "random": random_map(height, width, seed=1)}
        curves = deletion_curves(
            lambda images: scores(images)[:, 0], partly, {name: partly.order(one) for name, one in orders.items()}
        )

        meter.say("Adding noise")
        before = expit(curves["map"].whole)
        for strength in NOISE_LEVELS:
            noisy_images = noisy_copies(image, strength)
            noisy = self._networks(noisy_images)
            meter.add(NOISY_COPIES)
            moved = expit(log_odds(noisy["logits"])[:, label]) - before
            if np.abs(moved).min() <= LARGEST_PROBABILITY_CHANGE:
                break
            meter.expect(NOISY_COPIES * (strength != NOISE_LEVELS[-1]))
        noisy_maps = self._maps(noisy_images, noisy, [label], self._explain, meter)[:, 0]

        meter.say("Computing the map of networks with shuffled weights")
        cascade = []
        for share, seed in CASCADE:
            self._networks.shuffle(share, seed)
            cascade.append(alike(self._shuffled(image[np.newaxis], label, meter)))

        others = {name: answers[name][0, label] for name in self._networks.family if name != self._method}
        numbers = MapCheckValues(
            areas=areas,
            curves=curves,
            cascade=tuple(cascade),
            noisy=tuple((float(change), alike(one)) for change, one in zip(moved, noisy_maps, strict=True)),
            labels={other: alike(maps[other]) for other in self._networks.labels if other != label},
            methods={name: alike(one) for name, one in others.items()},
            marks=bool(grid.max() > 0),
            passes=meter.done,
        )
        return numbers, maps[label]

    def _images(self) -> int:
        """Return how many images networks will be asked about."""
        hidden = 2 + 2 * len(HIDDEN_SHARES) * _ORDERS
        own = 0 if self._explain is None else self._passes * (1 + NOISY_COPIES)
        shuffled = len(CASCADE) * (1 if self._explain is None else self._passes)
        return 1 + AREAS**2 + 1 + hidden + NOISY_COPIES + own + shuffled

    def _maps(
        self,
        images: NDArray[np.float32],
        answers: MapsByMethod,
        labels: Sequence[int],
        explain: Explainer | None,
        meter: "_Meter",
    ) -> Maps:
        """Return the method's maps (n, len(labels), rows, columns).

        answers: of the images, which hold the maps of the family. explain: the method where it is of no family.
        """
        if explain is None:
            of_family: Maps = answers[self._method][:, list(labels)]
            return of_family
        cost = self._passes * len(images)
        maps = explain(images, labels, meter.within(cost))
        meter.add(cost)
        return maps

    def _shuffled(self, image: NDArray[np.float32], label: int, meter: "_Meter") -> NDArray[np.float32]:
        """Return the map (rows, columns) by the network with the weights now in place."""
        if self._on_random is not None:
            answers: MapsByMethod = {}
        else:
            answers = self._networks(image)
            meter.add(1)
        heatmap: NDArray[np.float32] = self._maps(image, answers, [label], self._on_random, meter)[0, 0]
        return heatmap


def noisy_copies(image: NDArray[np.float32], strength: float, copies: int = NOISY_COPIES) -> NDArray[np.float32]:
    """Return noisy copies, float32 (copies, height, width, channels), the same for the same image.

    strength: standard deviation of the noise, as a share of the image's range.
    """
    noise = np.random.default_rng(1810).standard_normal((copies, *image.shape), np.float32)
    return np.asarray(image + strength * np.ptp(image) * noise, np.float32)


class _Meter:
    """Count the images that networks were asked about, and tell the progress."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self._total, self._progress, self._message = 0, total, progress, ""

    def say(self, message: str) -> None:
        """Tell what is being done from here on."""
        self._message = message
        self.add(0)

    def add(self, images: int) -> None:
        """Count so many more images."""
        self.done += images
        self._progress(self.done, self._total, self._message)

    def expect(self, images: int) -> None:
        """Add so many images to the expected total."""
        self._total += images

    def within(self, images: int) -> Progress:
        """Return the progress for work that counts in units of its own and costs so many images in all."""

        def part(done: int, total: int, message: str = "") -> None:
            self._progress(self.done + images * done // max(total, 1), self._total, message or self._message)

        return part
