"""The measurements of one map: on the image, by networks with shuffled weights, on noisy images, for every label.

About sixty images are asked about for a method of one pass; others cost their passes twelve times over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.map_check.faithfulness import (
    HIDDEN_SHARES,
    DeletionCurves,
    PartiallyBlurred,
    centre_map,
    deletion_curves,
    random_map,
)
from meddx.explain.map_check.map_similarity import on_grid, similarity
from meddx.explain.map_check.network_pair import FAMILY, MapsByMethod, NetworkPair
from meddx.explain.map_check.weight_randomisation import CASCADE
from meddx.explain.methods.explainer import Explainer, Maps
from meddx.explain.methods.explainer import PassProgress as Within
from meddx.types import Placement

NOISE_LEVELS = (0.02, 0.01, 0.005)
"""Standard deviation of the noise as a share of the image's range. The weaker come where the answer notices the others
on every image."""
NOISY_COPIES = 3
LARGEST_PROBABILITY_CHANGE = 0.05
"""Probability: an answer that noise moves by more has noticed it, and says nothing about the map."""
RANDOM_ORDERS = 3

LogOdds = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Logits (n, labels) to log odds of the calibrated probabilities, same shape."""


class CheckProgress(Protocol):
    """As meddx.engine.job_runner has it."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """done of total images are through; may raise to stop the work."""


def no_check_progress(done: int, total: int, message: str = "") -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class MapCheckValues:
    """What was measured; similarities are rank correlations over the image, see compare.similarity.

    curves: by order of places: "map", "centre", "random 1", ... cascade: to the map with weights shuffled, by
        CASCADE. noisy: (change of probability, similarity to the map) of each noisy image, all of one strength. labels:
        similarity to the map of each other label, by its index. methods: to the same label's map by other methods, by
        name.
    marks: whether the map marks anything at all.
    """

    curves: dict[str, DeletionCurves]
    cascade: tuple[float, ...]
    noisy: tuple[tuple[float, float], ...]
    labels: dict[int, float]
    methods: dict[str, float]
    marks: bool
    passes: int


class MapChecker:
    """One method on one network, compiled and ready for any image. Not for several threads at once.

    networks: may serve tests of other methods too, one at a time. method: a name, for methods that the agreement
    leaves out. build: network -> Explainer, for methods that networks.FAMILY does not hold; passes: about how many
    images one of its maps costs.
    """

    def __init__(
        self, networks: NetworkPair, method: str, build: Callable[[keras.Model], Explainer], passes: int = 1
    ) -> None:
        self._networks = networks
        own = method not in FAMILY
        self._explain = build(networks.trained) if own else None
        self._on_random = build(networks.randomised.clone) if own else None
        self._method, self._passes = method, passes

    def __call__(
        self,
        image: NDArray[np.float32],
        label: int,
        placement: Placement,
        log_odds: LogOdds,
        progress: CheckProgress = no_check_progress,
    ) -> tuple[MapCheckValues, NDArray[np.float32]]:
        """The numbers, and the map (rows, columns) that was tested.

        image: float32 (height, width, channels), the network's input; label: index of an output.
        """
        meter = _Meter(self._images(), progress)
        meter.say("Drawing the map by several methods and for every label")
        self._networks.train()
        answers = self._networks(image[np.newaxis])
        meter.add(1)
        maps = self._maps(image[np.newaxis], answers, self._networks.labels, self._explain, meter)[0]
        grid = on_grid(maps[label], placement)

        def alike(other: NDArray[np.float32]) -> float:
            return similarity(grid, on_grid(other, placement))

        meter.say("Hiding what it marks")
        partly = PartiallyBlurred(image, placement)
        height, width = image.shape[:2]
        orders = {"map": maps[label], "centre": centre_map(height, width)}
        orders |= {f"random {one}": random_map(height, width, one) for one in range(1, RANDOM_ORDERS + 1)}
        found = deletion_curves(
            lambda images: log_odds(self._networks(images)["logits"])[:, label],
            partly,
            {name: partly.order(heatmap) for name, heatmap in orders.items()},
            meter.add,
        )

        meter.say("Adding noise")
        before = probability(np.array(found["map"].whole))
        for strength in NOISE_LEVELS:
            noisy_images = _with_noise(image, strength)
            noisy = self._networks(noisy_images)
            meter.add(NOISY_COPIES)
            moved = probability(log_odds(noisy["logits"])[:, label]) - before
            if np.abs(moved).min() <= LARGEST_PROBABILITY_CHANGE:
                break
            meter.expect(NOISY_COPIES * (strength != NOISE_LEVELS[-1]))
        noisy_maps = self._maps(noisy_images, noisy, [label], self._explain, meter)[:, 0]

        meter.say("Asking networks with shuffled weights")
        cascade = []
        for share, seed in CASCADE:
            self._networks.shuffle(share, seed)
            cascade.append(alike(self._shuffled(image[np.newaxis], label, meter)))

        others = {name: answers[name][0, label] for name in FAMILY if name != self._method}
        numbers = MapCheckValues(
            curves=found,
            cascade=tuple(cascade),
            noisy=tuple((float(change), alike(one)) for change, one in zip(moved, noisy_maps, strict=True)),
            labels={other: alike(maps[other]) for other in self._networks.labels if other != label},
            methods={name: alike(one) for name, one in others.items()},
            marks=bool(grid.max() > 0),
            passes=meter.done,
        )
        return numbers, maps[label]

    def _images(self) -> int:
        """How many images will be asked about."""
        hidden = 2 + 2 * len(HIDDEN_SHARES) * (2 + RANDOM_ORDERS)
        own = 0 if self._explain is None else self._passes * (1 + NOISY_COPIES)
        shuffled = len(CASCADE) * (1 if self._explain is None else self._passes)
        return 1 + hidden + NOISY_COPIES + own + shuffled

    def _maps(
        self,
        images: NDArray[np.float32],
        answers: MapsByMethod,
        labels: Sequence[int],
        explain: Explainer | None,
        meter: "_Meter",
    ) -> Maps:
        """(n, len(labels), rows, columns) by the method; answers: of the images."""
        if explain is None:
            of_family: Maps = answers[self._method][:, list(labels)]
            return of_family
        cost = self._passes * len(images)
        maps = explain(images, labels, meter.within(cost))
        meter.add(cost)
        return maps

    def _shuffled(self, image: NDArray[np.float32], label: int, meter: "_Meter") -> NDArray[np.float32]:
        """The map (rows, columns) by the network with the weights of this moment."""
        if self._on_random is not None:
            answers: MapsByMethod = {}
        else:
            answers = self._networks(image)
            meter.add(1)
        heatmap: NDArray[np.float32] = self._maps(image, answers, [label], self._on_random, meter)[0, 0]
        return heatmap


def _with_noise(image: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """(NOISY_FILMS, height, width, channels), the same for the same image."""
    noise = np.random.default_rng(1810).standard_normal((NOISY_COPIES, *image.shape), np.float32)
    return np.asarray(image + strength * np.ptp(image) * noise, np.float32)


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of log odds, same shape."""
    return np.asarray(0.5 * (1 + np.tanh(log_odds / 2)))


class _Meter:
    """Images asked about so far, of all that will be."""

    def __init__(self, total: int, progress: CheckProgress) -> None:
        self.done, self._total, self._progress, self._message = 0, total, progress, ""

    def say(self, message: str) -> None:
        self._message = message
        self.add(0)

    def add(self, images: int) -> None:
        self.done += images
        self._progress(self.done, self._total, self._message)

    def expect(self, images: int) -> None:
        """So many more than was thought."""
        self._total += images

    def within(self, images: int) -> Within:
        """For work that counts in its own units, and costs so many images in all."""
        return lambda done, total: self._progress(
            self.done + images * done // max(total, 1), self._total, self._message
        )
