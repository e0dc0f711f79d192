"""Maps whose worth is known, measured: of the trained phantom model on lesions, and maps that know nothing.

Used by studies.explanations.verdicts and .calibrate_verdicts.

Phantoms of seeds of their own: those of the model's sets are drawn from 32 bits.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Literal

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.config import models_dir
from meddx.explain.map_check.faithfulness import centre_map, random_map
from meddx.explain.map_check.map_checker import MapChecker, MapCheckValues
from meddx.explain.map_check.map_similarity import COMPARISON_GRID, on_grid
from meddx.explain.map_check.network_pair import MapsByMethod, NetworkPair
from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.explain.methods import METHODS
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.explainer import Explainer, Maps, Progress, no_progress
from meddx.imaging.overlay import map_on_image
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.loading import load_model
from meddx.model.postprocessing import log_odds, probabilities
from meddx.types import Placement

MODEL = "phantom-cnn"
METHODS_TESTED = tuple(name for name, method in METHODS.items() if method.calibrated)
ENRICHED = 5.0
"""A map is known to be good whose highest place lies in the lesion and whose mass there is so many times what it would
be if spread evenly."""
TRAINED, RANDOM_NETWORK, FOREIGN, RANDOM_MAP, CENTRE = (
    "trained network",
    "network of random weights",
    "random network's map shown for the trained one's",
    "random map",
    "middle of the image",
)
BAD = (RANDOM_NETWORK, FOREIGN, RANDOM_MAP, CENTRE)


@dataclass(frozen=True)
class Lesion:
    """An image with a lesion that a label is for. mask: the share of each cell of the image that it covers."""

    seed: int
    image: NDArray[np.float32]
    placement: Placement
    label: int
    mask: NDArray[np.float32]


@dataclass(frozen=True)
class Tested:
    """One map measured. found: whether the trained model calls the label; inside: mass of the map in the lesion;
    enriched: that over the lesion's share of the image; hit: whether the highest place lies in the lesion."""

    kind: str
    method: str
    seed: int
    label: int
    numbers: MapCheckValues
    found: bool
    inside: float
    enriched: float
    hit: bool

    @property
    def known_good(self) -> bool:
        """A trained network's map of a label that it calls, most of all in the lesion."""
        return self.kind == TRAINED and self.found and self.hit and self.enriched >= ENRICHED


class Fixed:
    """An explainer whose maps do not come from the network. draw: (image, label) -> map over the whole input."""

    def __init__(self, draw: Callable[[NDArray[np.float32], int], NDArray[np.float32]]) -> None:
        self._draw = draw

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """As the contract says."""
        return np.stack([np.stack([self._draw(image, label) for label in labels]) for image in inputs])


Weights = tuple[float, int] | None
"""Of a network that may be shuffled: by how much and by which seed; None: trained."""


class Remembering(NetworkPair):
    """Networks whose answers about images they were asked about before come from memory: tests of several methods on
    one
    image ask much the same. Until `forget`, the network that it is of stays as it is."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(network)
        self.forget()

    def forget(self) -> None:
        """Another image, or other weights, come next."""
        self._known: dict[tuple[Weights, bytes], MapsByMethod] = {}
        self._wanted: Weights = None
        self._in_place: Weights | Literal["unknown"] = "unknown"

    def train(self) -> None:
        """Once somebody asks for what is not known."""
        self._wanted = None

    def shuffle(self, share: float, seed: int) -> None:
        """Likewise."""
        self._wanted = share, seed

    def __call__(self, images: NDArray[np.float32]) -> MapsByMethod:
        """As Networks."""
        key = self._wanted, sha256(images.tobytes()).digest()
        if key not in self._known:
            if self._wanted != self._in_place:
                if self._wanted is None:
                    super().train()
                else:
                    super().shuffle(*self._wanted)
                self._in_place = self._wanted
            self._known[key] = super().__call__(images)
        return self._known[key]


class Bench:
    """The trained network and one of random weights, with everything compiled once; `seed` is that of the case."""

    def __init__(self, kinds: Sequence[str]) -> None:
        loaded = load_model(models_dir() / MODEL)
        self.card, self._network = loaded.card, loaded.network
        self._logits = Logits(self._network)
        self._random = RandomisedNetwork(self._network)
        self._seed = 0
        self._asked = Remembering(self._network), Remembering(self._random.clone)
        self._tests: list[tuple[str, str, MapChecker]] = []
        for method in METHODS_TESTED:
            for kind, networks in zip((TRAINED, RANDOM_NETWORK), self._asked, strict=True):
                if kind in kinds:
                    self._tests.append((kind, method, MapChecker(networks, method, METHODS[method].build)))
        fixed = {FOREIGN: self._foreign, RANDOM_MAP: self._random_map, CENTRE: self._centre}
        for kind in fixed.keys() & set(kinds):
            self._tests.append((kind, "", MapChecker(self._asked[0], kind, fixed[kind])))

    def __call__(self, lesion: Lesion) -> Iterator[Tested]:
        """Every kind of map of it."""
        self._seed = lesion.seed
        self._random.shuffle(1.0, lesion.seed)
        for networks in self._asked:
            networks.forget()
        called = probabilities(self._logits(lesion.image[np.newaxis])[0], self.card)[lesion.label]
        found = bool(called >= self.card.labels[lesion.label].threshold)
        odds = partial(log_odds, card=self.card)
        for kind, method, test in self._tests:
            numbers, heatmap = test(lesion.image, lesion.label, lesion.placement, odds)
            grid = on_grid(heatmap, lesion.placement)
            inside = float((grid * lesion.mask).sum() / grid.sum()) if numbers.marks else 0.0
            hit = bool(lesion.mask.flat[grid.argmax()] > 0)
            enriched = inside / float(lesion.mask.mean())
            yield Tested(kind, method, lesion.seed, lesion.label, numbers, found, inside, enriched, hit)

    def _foreign(self, network: keras.Model) -> Explainer:
        """The trained network is shown with the map of a random one, each shuffled network with its own."""
        trained, random = self._asked

        def draw(image: NDArray[np.float32], label: int) -> NDArray[np.float32]:
            if network is self._network:
                random.train()
                return random(image[np.newaxis])["grad-cam"][0, label]
            return trained(image[np.newaxis])["grad-cam"][0, label]

        return Fixed(draw)

    def _random_map(self, network: keras.Model) -> Explainer:
        """The same on noisy images, so that only what it marks can give it away."""
        shuffled = int(network is not self._network)
        height, width = network.inputs[0].shape[1:3]
        return Fixed(lambda image, label: random_map(height, width, 10 * self._seed + 2 * label + shuffled))

    def _centre(self, network: keras.Model) -> Explainer:
        centre = centre_map(*network.inputs[0].shape[1:3])
        return Fixed(lambda image, label: centre)


def measured(first_seed: int, images: int, keep: Path | None) -> list[Tested]:
    """Every kind of map of every lesion on so many phantoms; from the file `keep` as far as it goes, to which each is
    added when it is measured."""
    kept = [] if keep is None or not keep.exists() else list(_kept(keep))
    bench = Bench((TRAINED, *BAD))
    for lesion in islice(lesions(first_seed, images, bench), len(kept), None):
        kept.append(list(bench(lesion)))
        if keep is not None:
            with keep.open("ab") as file:
                pickle.dump(kept[-1], file)
    return [case for of_lesion in kept for case in of_lesion if case.seed < first_seed + images]


def _kept(keep: Path) -> Iterator[list[Tested]]:
    with keep.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)


def lesions(first_seed: int, images: int, bench: Bench) -> Iterator[Lesion]:
    """Of so many phantoms, drawn as the model's own were, every lesion that it has a label for."""
    for seed in range(first_seed, first_seed + images):
        phantom = chest_phantom(seed)
        image, placement = model_input(read_image(phantom_dicom(phantom)), bench.card.input)
        for label, name in enumerate(label.name for label in bench.card.labels):
            mask = phantom.masks[name].astype(np.float32)
            if mask.any():
                fine = map_on_image(mask, Placement(0, 0, 1, 1), COMPARISON_GRID * 8, COMPARISON_GRID * 8)
                yield Lesion(
                    seed,
                    image,
                    placement,
                    label,
                    fine.reshape(COMPARISON_GRID, 8, COMPARISON_GRID, 8).mean(axis=(1, 3)),
                )
