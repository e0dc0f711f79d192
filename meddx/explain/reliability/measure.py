"""The measurements of one map: on the film, by networks with shuffled weights, on noisy films, for every label.

About sixty films are asked about for a method of one pass; others cost their passes twelve times over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods.contract import Explainer, Maps
from meddx.explain.methods.contract import Progress as Within
from meddx.explain.methods.family import RULES, build_family
from meddx.explain.methods.passes import Logits
from meddx.explain.reliability.compare import on_grid, similarity
from meddx.explain.reliability.faithful import SHARES, Curves, PartlyHidden, centre_map, curves, random_map
from meddx.explain.reliability.randomised import CASCADE, Randomised
from meddx.types import Placement

NOISE = 0.02
"""Standard deviation of the noise as a share of the film's range."""
NOISY_FILMS = 3
UNNOTICED = 0.05
"""Probability: an answer that noise moves by more has noticed it, and says nothing about the map."""
RANDOM_MAPS = 3
LABEL_BLIND = ("eigen-cam",)
"""Methods that look at no label: that they agree says nothing about one."""

LogOdds = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Logits (n, labels) to log odds of the calibrated probabilities, same shape."""


class Progress(Protocol):
    """As meddx.engine.jobs has it."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """done of total films are through; may raise to stop the work."""


def quiet(done: int, total: int, message: str = "") -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Numbers:
    """What was measured; similarities are rank correlations over the film, see compare.similarity.

    curves: by order of places: "map", "centre", "random 1", ... cascade: to the map with weights shuffled, by
        CASCADE. noisy: (change of probability, similarity to the map) of each noisy film. labels: similarity to the map
        of each other label, by its index. methods: to the same label's map by other methods, by name.
    marks: whether the map marks anything at all.
    """

    curves: dict[str, Curves]
    cascade: tuple[float, ...]
    noisy: tuple[tuple[float, float], ...]
    labels: dict[int, float]
    methods: dict[str, float]
    marks: bool
    passes: int


class MapTest:
    """One method on one network, compiled and ready for any film. Not for several threads at once.

    network: outputs [features, logits]; it is never changed. method: a name, for methods that the agreement leaves out.
    build: network -> Explainer; passes: about how many films one of its maps costs.
    """

    def __init__(
        self, network: keras.Model, method: str, build: Callable[[keras.Model], Explainer], passes: int = 1
    ) -> None:
        self._logits = Logits(network)
        self._family = build_family(network)
        self._explain = None if method in RULES else build(network)
        self._randomised = Randomised(network)
        self._on_random = build(self._randomised.clone)
        self._method, self._passes = method, passes
        self._labels = range(network.outputs[1].shape[-1])

    def __call__(
        self,
        film: NDArray[np.float32],
        label: int,
        placement: Placement,
        log_odds: LogOdds,
        progress: Progress = quiet,
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """The numbers, and the map (rows, columns) that was tested.

        film: float32 (height, width, channels), the network's input; label: index of an output.
        """
        meter = _Meter(self._films(), progress)
        meter.say("Drawing the map by several methods and for every label")
        family = self._family(film[np.newaxis], self._labels)
        meter.add(1)
        maps = self._maps(film, family, meter)
        grid = on_grid(maps[label], placement)

        def alike(other: NDArray[np.float32]) -> float:
            return similarity(grid, on_grid(other, placement))

        meter.say("Hiding what it marks")
        partly = PartlyHidden(film, placement)
        height, width = film.shape[:2]
        orders = {"map": maps[label], "centre": centre_map(height, width)}
        orders |= {f"random {one}": random_map(height, width, one) for one in range(1, RANDOM_MAPS + 1)}
        found = curves(
            lambda films: log_odds(self._logits(films))[:, label],
            partly,
            {name: partly.order(heatmap) for name, heatmap in orders.items()},
            meter.add,
        )

        meter.say("Asking networks with shuffled weights")
        cascade = []
        for share, seed in CASCADE:
            self._randomised.shuffle(share, seed)
            cascade.append(alike(self._on_random(film[np.newaxis], [label], meter.within(self._passes))[0, 0]))
            meter.add(self._passes)

        meter.say("Adding noise")
        answers, noisy_maps = self._noisy(film, label, log_odds, meter)
        moved = probability(answers) - probability(np.array(found["map"].whole))
        noisy = tuple((float(change), alike(one)) for change, one in zip(moved, noisy_maps, strict=True))
        others = {name: one[0, label] for name, one in family.items() if name not in (self._method, *LABEL_BLIND)}
        numbers = Numbers(
            curves=found,
            cascade=tuple(cascade),
            noisy=noisy,
            labels={other: alike(maps[other]) for other in self._labels if other != label},
            methods={name: alike(one) for name, one in others.items()},
            marks=bool(grid.max() > 0),
            passes=meter.done,
        )
        return numbers, maps[label]

    def _films(self) -> int:
        """How many films will be asked about."""
        own = 0 if self._explain is None else self._passes
        hidden = 2 + 2 * len(SHARES) * (2 + RANDOM_MAPS)
        return 1 + own + hidden + self._passes * len(CASCADE) + NOISY_FILMS * (1 + self._passes)

    def _maps(self, film: NDArray[np.float32], family: dict[str, Maps], meter: "_Meter") -> Maps:
        """(labels, rows, columns) by the method."""
        if self._explain is None:
            of_family: Maps = family[self._method][0]
            return of_family
        maps: Maps = self._explain(film[np.newaxis], self._labels, meter.within(self._passes))[0]
        meter.add(self._passes)
        return maps

    def _noisy(
        self, film: NDArray[np.float32], label: int, log_odds: LogOdds, meter: "_Meter"
    ) -> tuple[NDArray[np.float64], Maps]:
        """Log odds (NOISY_FILMS,) of films with noise, and their maps (NOISY_FILMS, rows, columns)."""
        random = np.random.default_rng(1810)
        noise = random.standard_normal((NOISY_FILMS, *film.shape), np.float32)
        films = np.asarray(film + NOISE * np.ptp(film) * noise, np.float32)
        answers = log_odds(self._logits(films))[:, label]
        meter.add(len(films))
        if self._explain is None:
            maps = self._family(films, [label])[self._method]
        else:
            maps = self._explain(films, [label], meter.within(self._passes * NOISY_FILMS))
        meter.add(self._passes * NOISY_FILMS)
        return answers, maps[:, 0]


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of log odds, same shape."""
    return np.asarray(0.5 * (1 + np.tanh(log_odds / 2)))


class _Meter:
    """Films asked about so far, of all that will be."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self._total, self._progress, self._message = 0, total, progress, ""

    def say(self, message: str) -> None:
        self._message = message
        self.add(0)

    def add(self, films: int) -> None:
        self.done += films
        self._progress(self.done, self._total, self._message)

    def within(self, films: int) -> Within:
        """For work that counts in its own units, and costs so many films in all."""
        return lambda done, total: self._progress(self.done + films * done // max(total, 1), self._total, self._message)
