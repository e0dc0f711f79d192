"""Maps whose worth is known, measured: of the trained phantom model on lesions, and maps that know nothing.

Phantoms of seeds of their own: those of the model's sets are drawn from 32 bits.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.config import models_dir
from meddx.explain.methods import METHODS
from meddx.explain.methods.contract import Explainer, Maps, Progress, quiet
from meddx.explain.methods.family import RULES
from meddx.explain.methods.passes import Logits
from meddx.explain.reliability.compare import GRID, on_grid
from meddx.explain.reliability.faithful import centre_map, random_map
from meddx.explain.reliability.measure import MapTest, Numbers
from meddx.explain.reliability.networks import Answers, Networks
from meddx.explain.reliability.randomised import Randomised
from meddx.imaging.overlay import on_film
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.prepare import model_input
from meddx.imaging.read import read_film
from meddx.model.decide import log_odds, probabilities
from meddx.model.loading import load
from meddx.types import Placement

MODEL = "phantom-cnn"
METHODS_TESTED = tuple(name for name in RULES if name != "eigen-cam")  # that one looks at no label
ENRICHED = 5.0
"""A map is known to be good whose highest place lies in the lesion and whose mass there is so many times what it would
be if spread evenly."""
TRAINED, RANDOM_NETWORK, FOREIGN, RANDOM_MAP, CENTRE = (
    "trained network",
    "network of random weights",
    "random network's map shown for the trained one's",
    "random map",
    "middle of the film",
)
BAD = (RANDOM_NETWORK, FOREIGN, RANDOM_MAP, CENTRE)


@dataclass(frozen=True)
class Lesion:
    """A film with a lesion that a label is for. mask: the share of each cell of the film that it covers."""

    seed: int
    film: NDArray[np.float32]
    placement: Placement
    label: int
    mask: NDArray[np.float32]


@dataclass(frozen=True)
class Tested:
    """One map measured. found: whether the trained model calls the label; inside: mass of the map in the lesion;
    enriched: that over the lesion's share of the film; hit: whether the highest place lies in the lesion."""

    kind: str
    method: str
    seed: int
    label: int
    numbers: Numbers
    found: bool
    inside: float
    enriched: float
    hit: bool

    @property
    def known_good(self) -> bool:
        """A trained network's map of a label that it calls, most of all in the lesion."""
        return self.kind == TRAINED and self.found and self.hit and self.enriched >= ENRICHED


class Fixed:
    """An explainer whose maps do not come from the network. draw: (film, label) -> map over the whole input."""

    def __init__(self, draw: Callable[[NDArray[np.float32], int], NDArray[np.float32]]) -> None:
        self._draw = draw

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = quiet) -> Maps:
        """As the contract says."""
        return np.stack([np.stack([self._draw(film, label) for label in labels]) for film in inputs])


Weights = tuple[float, int] | None
"""Of a network that may be shuffled: by how much and by which seed; None: trained."""


class Remembering(Networks):
    """Networks whose answers about films they were asked about before come from memory: tests of several methods on one
    film ask much the same. Until `forget`, the network that it is of stays as it is."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(network)
        self.forget()

    def forget(self) -> None:
        """Another film, or other weights, come next."""
        self._known: dict[tuple[Weights, bytes], Answers] = {}
        self._wanted: Weights = None
        self._in_place: Weights | Literal["unknown"] = "unknown"

    def train(self) -> None:
        """Once somebody asks for what is not known."""
        self._wanted = None

    def shuffle(self, share: float, seed: int) -> None:
        """Likewise."""
        self._wanted = share, seed

    def __call__(self, films: NDArray[np.float32]) -> Answers:
        """As Networks."""
        key = self._wanted, sha256(films.tobytes()).digest()
        if key not in self._known:
            if self._wanted != self._in_place:
                if self._wanted is None:
                    super().train()
                else:
                    super().shuffle(*self._wanted)
                self._in_place = self._wanted
            self._known[key] = super().__call__(films)
        return self._known[key]


class Bench:
    """The trained network and one of random weights, with everything compiled once; `seed` is that of the case."""

    def __init__(self, kinds: Sequence[str]) -> None:
        loaded = load(models_dir() / MODEL)
        self.card, self._network = loaded.card, loaded.network
        self._logits = Logits(self._network)
        self._random = Randomised(self._network)
        self._seed = 0
        self._asked = Remembering(self._network), Remembering(self._random.clone)
        self._tests: list[tuple[str, str, MapTest]] = []
        for method in METHODS_TESTED:
            for kind, networks in zip((TRAINED, RANDOM_NETWORK), self._asked, strict=True):
                if kind in kinds:
                    self._tests.append((kind, method, MapTest(networks, method, METHODS[method].build)))
        fixed = {FOREIGN: self._foreign, RANDOM_MAP: self._random_map, CENTRE: self._centre}
        for kind in fixed.keys() & set(kinds):
            self._tests.append((kind, "", MapTest(self._asked[0], kind, fixed[kind])))

    def __call__(self, lesion: Lesion) -> Iterator[Tested]:
        """Every kind of map of it."""
        self._seed = lesion.seed
        self._random.shuffle(1.0, lesion.seed)
        for networks in self._asked:
            networks.forget()
        called = probabilities(self._logits(lesion.film[np.newaxis])[0], self.card)[lesion.label]
        found = bool(called >= self.card.labels[lesion.label].threshold)
        odds = partial(log_odds, card=self.card)
        for kind, method, test in self._tests:
            numbers, heatmap = test(lesion.film, lesion.label, lesion.placement, odds)
            grid = on_grid(heatmap, lesion.placement)
            inside = float((grid * lesion.mask).sum() / grid.sum()) if numbers.marks else 0.0
            hit = bool(lesion.mask.flat[grid.argmax()] > 0)
            enriched = inside / float(lesion.mask.mean())
            yield Tested(kind, method, lesion.seed, lesion.label, numbers, found, inside, enriched, hit)

    def _foreign(self, network: keras.Model) -> Explainer:
        """The trained network is shown with the map of a random one, each shuffled network with its own."""
        trained, random = self._asked

        def draw(film: NDArray[np.float32], label: int) -> NDArray[np.float32]:
            if network is self._network:
                random.train()
                return random(film[np.newaxis])["grad-cam"][0, label]
            return trained(film[np.newaxis])["grad-cam"][0, label]

        return Fixed(draw)

    def _random_map(self, network: keras.Model) -> Explainer:
        """The same on noisy films, so that only what it marks can give it away."""
        shuffled = int(network is not self._network)
        height, width = network.inputs[0].shape[1:3]
        return Fixed(lambda film, label: random_map(height, width, 10 * self._seed + 2 * label + shuffled))

    def _centre(self, network: keras.Model) -> Explainer:
        centre = centre_map(*network.inputs[0].shape[1:3])
        return Fixed(lambda film, label: centre)


def measured(first_seed: int, films: int, keep: Path | None) -> list[Tested]:
    """Every kind of map of every lesion on so many phantoms; from the file `keep`, or measured and kept there."""
    if keep is not None and keep.exists():
        kept: list[Tested] = pickle.loads(keep.read_bytes())
        return kept
    bench = Bench((TRAINED, *BAD))
    cases = [tested for lesion in lesions(first_seed, films, bench) for tested in bench(lesion)]
    if keep is not None:
        keep.write_bytes(pickle.dumps(cases))
    return cases


def lesions(first_seed: int, films: int, bench: Bench) -> Iterator[Lesion]:
    """Of so many phantoms, drawn as the model's own were, every lesion that it has a label for."""
    for seed in range(first_seed, first_seed + films):
        phantom = chest_phantom(seed)
        film, placement = model_input(read_film(phantom_dicom(phantom)), bench.card.input)
        for label, name in enumerate(label.name for label in bench.card.labels):
            mask = phantom.masks[name].astype(np.float32)
            if mask.any():
                fine = on_film(mask, Placement(0, 0, 1, 1), GRID * 8, GRID * 8)
                yield Lesion(seed, film, placement, label, fine.reshape(GRID, 8, GRID, 8).mean(axis=(1, 3)))
