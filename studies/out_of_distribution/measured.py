"""Distances of a model's test images, of copies of them and of other images; kept, since networks are slow."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from meddx.config import ROOT
from meddx.evaluate.ood_detector import FEATURES_FILE, OodDetector, read_ood_detector
from meddx.evaluate.sets.recipe_sets import recipe_sets
from meddx.imaging.preprocessing import model_input
from meddx.install.ood_reference import OodFeatures, evenly_chosen
from meddx.model.loading import load_model
from meddx.model.registry import InstalledModel
from studies.out_of_distribution.foreign_images import KIN, OWN, SETS, Named, real_films
from studies.out_of_distribution.stored_copies import copies

CHUNK = 32
MOST_TEST = 400
AS_IT_IS = "as they are"
REAL = "real films, 1,000 to 2,000 pixels"


@dataclass(frozen=True)
class Distances:
    """Of a set of images: distance of each, and the number of its patient within the set."""

    distances: list[float]
    patients: list[int]


@dataclass(frozen=True)
class Measured:
    """One model. detector: its layer, number of features and threshold, and the hash of what it is.

    own: by kind of copy, of its test images, and of real films where there are some; kin: of the same kind from
    elsewhere; foreign: by set.
    """

    model: str
    title: str
    layer: str
    parts: list[str]
    features: int
    threshold: float
    test_images: int
    own: dict[str, Distances]
    kin: dict[str, Distances]
    foreign: dict[str, Distances]


def measured(model: InstalledModel, keep: Path, test_images: int, others: int) -> Measured:
    """Return the distances, from `keep` where they have been measured with this detector and as many images."""
    detector = read_ood_detector(model.folder / FEATURES_FILE, model.card.weights.sha256)
    path = keep / f"{model.card.id}-{detector.threshold:.6f}-{test_images}-{others}.json"
    if not path.exists():
        found = _measure(model, detector, test_images, others)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(found)), encoding="utf-8")
    content = json.loads(path.read_text(encoding="utf-8"))
    for group in ("own", "kin", "foreign"):
        content[group] = {name: Distances(**one) for name, one in content[group].items()}
    return Measured(**content)


def _measure(model: InstalledModel, detector: OodDetector, test_images: int, others: int) -> Measured:
    loaded, card = load_model(model.folder), model.card
    features = OodFeatures(loaded, detector.layer, detector.parts)
    test = recipe_sets(ROOT / card.training.config).test
    chosen = evenly_chosen(test, test_images)
    kind = next(name for name in OWN if card.id.startswith(name))

    def distances(images: Iterable[Named]) -> Distances:
        iterator, found, patients = iter(images), [], []
        while chunk := list(islice(iterator, CHUNK)):
            inputs = np.stack([model_input(image, card.input)[0] for _, image in chunk])
            found += detector.distance(features(inputs)).tolist()
            patients += [patient for patient, _ in chunk]
        return Distances(found, np.unique(patients, return_inverse=True)[1].tolist())

    def by_copy() -> Iterator[tuple[str, Distances]]:
        yield AS_IT_IS, distances((case.group, case.image()) for case in evenly_chosen(test, MOST_TEST).cases)
        made = (copies(case.image()) for case in chosen.cases)
        every = distances(
            (case.group, copy) for case, of in zip(chosen.cases, made, strict=True) for copy in of.values()
        )
        names = list(copies(chosen.cases[0].image()))
        for at, name in enumerate(names):
            yield name, Distances(every.distances[at :: len(names)], every.patients[at :: len(names)])
        if kind in ("chest", "pneumoniamnist"):
            yield REAL, distances(real_films())

    strange = [name for name in SETS if name not in (*OWN[kind], *KIN.get(kind, ()))]
    return Measured(
        model=card.id,
        title=card.title,
        layer=detector.layer,
        parts=list(detector.parts),
        features=detector.means.shape[1],
        threshold=detector.threshold,
        test_images=len(test),
        own=dict(by_copy()),
        kin={name: distances(_images(name, others)) for name in KIN.get(kind, ())},
        foreign={name: distances(_images(name, others)) for name in strange},
    )


@cache
def _images(name: str, most: int) -> list[Named]:
    """Return images of a set, spread over what it yields, decoded once for every model."""
    images = list(SETS[name]())
    if len(images) <= most:
        return images
    return [images[row] for row in np.linspace(0, len(images) - 1, most).round().astype(int)]
