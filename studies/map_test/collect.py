"""Ask models about images with parts hidden, for maps known to be right and maps known to be wrong.

    python -m studies.map_test.collect runs/map-test --set validation
    python -m studies.map_test.collect runs/map-test --set test

Needs the data sets under MEDDX_DATA. Every image is kept in a file of its own, so that a second run goes on. About ten
seconds an image of an EfficientNet on half a core, two of the others; with --candidates twice as long.
"""

import argparse
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude

from meddx.config import ROOT, models_dir
from meddx.explain.map_check.area_effects import AreaEffects, ScoresOfImages, area_effects, marked_areas
from meddx.explain.map_check.faithfulness import centre_map, random_map
from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

import keras  # noqa: E402

from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID, annotated_cells  # noqa: E402
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet  # noqa: E402
from meddx.evaluate.sets.recipe_sets import recipe_sets  # noqa: E402
from meddx.explain.map_check.network_pair import NetworkPair  # noqa: E402
from meddx.explain.map_record import read_record  # noqa: E402
from meddx.explain.methods import METHODS  # noqa: E402
from meddx.explain.methods.compiled_passes import Logits  # noqa: E402
from meddx.imaging.overlay import map_on_image  # noqa: E402
from meddx.imaging.phantom import chest_phantom, phantom_dicom  # noqa: E402
from meddx.imaging.preprocessing import model_input  # noqa: E402
from meddx.imaging.read_image import read_image  # noqa: E402
from meddx.model.loading import LoadedModel, load_model  # noqa: E402
from meddx.model.postprocessing import log_odds  # noqa: E402
from meddx.types import Placement  # noqa: E402
from studies.map_test.calibrate import MODELS, OTHERS  # noqa: E402
from studies.map_test.hiding import Hidden  # noqa: E402
from studies.map_test.records import (  # noqa: E402
    CENTRE,
    EDGES,
    GRID,
    OTHER_IMAGE,
    OWN,
    RANDOM_MAPS,
    SHARES,
    SHUFFLED,
    TRUTH,
    UNTRAINED,
    WINDOWS,
    Measured,
    windows,
)

ALL = Placement(0, 0, 1, 1)
_FIRST_UNTRAINED = 1000
"""Other shuffled weights than those that drew maps known to be wrong."""
IMAGES = {"validation": 15, "test": 24}
FEWER = {("validation", name): 8 for name in OTHERS} | {("validation", "chest-efficientnet"): 14}
FEWER |= {("test", name): 13 for name in ("brain-tumor-efficientnet", "busbra-efficientnet", "chest-efficientnet")}
"""Images on which limits and least effects rest, and on which they are tried."""
FIRST_PHANTOM = {"validation": 1_000_000, "test": 3_000_000}


@dataclass(frozen=True)
class Case:
    """One image, in the network's input, with the finding that it has and the model calls; its marked area if any."""

    key: str
    group: str
    image: NDArray[np.float32]
    placement: Placement
    label: int
    truth: NDArray[np.float32] | None


class Bench:
    """One model, with everything compiled once."""

    def __init__(self, name: str) -> None:
        self.loaded: LoadedModel = load_model(models_dir() / name)
        self.network: keras.Model = self.loaded.network
        self.logits = Logits(self.network)
        record = read_record(models_dir() / name, self.loaded.card)
        self.method = record.recommended if record else "grad-cam"
        self._explain = METHODS[self.method].build(self.network)
        self._pair = NetworkPair(self.network)
        self._by_pair = Logits(self._pair.randomised.clone)
        self._shuffled = RandomisedNetwork(self.network)
        self._by_shuffled = METHODS["grad-cam"].build(self._shuffled.clone)
        self._earlier: dict[int, NDArray[np.float32]] = {}

    def maps(self, case: Case, number: int) -> dict[str, NDArray[np.float32]]:
        """Return every map of the case, over the image."""

        def on_image(heatmap: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.asarray(map_on_image(heatmap, case.placement, GRID, GRID), np.float32)

        batch = case.image[np.newaxis]
        self._pair.train()
        family = self._pair(batch)
        maps = {name: on_image(family[name][0, case.label]) for name in self._pair.family}
        maps[OWN] = on_image(self._explain(batch, [case.label])[0, 0])
        self._shuffled.shuffle(1.0, number // 8)
        maps[SHUFFLED] = on_image(self._by_shuffled(batch, [case.label])[0, 0])
        other = self._earlier.get(case.label)
        if other is None and self._earlier:
            other = next(iter(self._earlier.values()))
        if other is not None:
            maps[OTHER_IMAGE] = other
        self._earlier[case.label] = maps[OWN]
        maps[CENTRE] = centre_map(GRID, GRID)
        grey = on_image(case.image.mean(axis=-1))
        maps[EDGES] = np.asarray(gaussian_gradient_magnitude(grey, 1.0, mode="nearest"), np.float32)
        maps |= {f"random {one}": random_map(GRID, GRID, 100 * number + one) for one in range(1, RANDOM_MAPS + 1)}
        if case.truth is not None:
            maps[TRUTH] = case.truth
        return maps

    def __call__(self, case: Case, number: int, candidates: bool) -> Measured:
        """Return what the model says of one case. number: of the case, for what is drawn by chance."""
        maps = self.maps(case, number)

        areas = area_effects(self._scores(self.logits, case.label), case.image, case.placement, maps[OWN])
        found = Measured(
            self.loaded.card.id, case.key, case.group, case.label, case.truth, maps,
            replace(areas, marked=marked_areas(maps[OWN], ALL)),
            self.logits(case.image[np.newaxis])[0],
            tuple(self._untrained(case, UNTRAINED * number + one) for one in range(UNTRAINED)),
        )  # fmt: skip
        return self._with_candidates(found, case, number) if candidates else found

    def _scores(self, network: Logits, label: int) -> ScoresOfImages:
        def scores(images: NDArray[np.float32]) -> NDArray[np.float64]:
            logits = network(images)
            return np.stack([log_odds(logits, self.loaded.card)[:, label], logits[:, label]], axis=1)

        return scores

    def _untrained(self, case: Case, number: int) -> dict[str, AreaEffects]:
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

    def _with_candidates(self, found: Measured, case: Case, number: int) -> Measured:
        hidden = Hidden(case.image, case.placement)
        boxes, everything = windows(hidden.shape), np.ones((1, *hidden.shape), np.float32)
        by_windows, gone, without, alone = {}, {}, {}, {}
        for way in hidden.ways:
            by_windows[way] = self.logits(hidden(boxes, way)).reshape(WINDOWS, WINDOWS, -1)
            gone[way] = self.logits(hidden(everything, way))[0]
        for name in found.maps.keys() - self._pair.family.keys():
            places = order(found.maps[name], hidden.shape)
            covers = np.stack([first(places, share, hidden.shape) for share in SHARES])
            for way in hidden.ways:
                answers = self.logits(hidden(np.concatenate([covers, 1 - covers]), way))
                without[way, name], alone[way, name] = np.split(answers, 2)
        return replace(found, windows=by_windows, gone=gone, hidden=without, shown=alone)


def order(heatmap: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.intp]:
    """Return the image's pixels, the most marked first, ties by a random map; smoothed as for deletion curves."""
    fine = map_on_image(np.maximum(heatmap, 0), ALL, *shape)
    smooth = gaussian_filter(fine, max(shape) / 24, mode="nearest", truncate=3)
    return np.lexsort((random_map(*shape, 0).ravel(), -smooth.ravel()))


def first(places: NDArray[np.intp], share: float, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return the cover of the first share of the places."""
    cover = np.zeros(places.size, np.float32)
    cover[places[: round(share * places.size)]] = 1
    return cover.reshape(shape)


def cases(bench: Bench, which: str) -> Iterator[Case]:
    """Yield images whose finding the model calls rightly, in an order drawn once for every number of images."""
    card = bench.loaded.card
    if card.synthetic:
        yield from _phantoms(bench, which)
        return
    sets = recipe_sets(ROOT / card.training.config)
    chosen: LabelledSet = getattr(sets, which)
    names = [label.name for label in card.labels]
    for row in np.random.default_rng(0).permutation(len(chosen)):
        case: LabelledCase = chosen.cases[row]
        image, placement = model_input(case.image(), card.input)
        label = int(bench.logits(image[np.newaxis])[0].argmax())
        if card.labels[label].absence or names[label] not in case.labels:
            continue
        truth = _marked(case, names[label]) if case.boxes or case.masks else None
        yield Case(str(row), case.group, image, placement, label, truth)


def _marked(case: LabelledCase, label: str) -> NDArray[np.float32]:
    """Return the cells of the image (GRID, GRID) that a box or mask of the finding touches."""
    if case.masks:
        cells = annotated_cells(case, label).reshape(GRID, ANNOTATION_GRID // GRID, GRID, -1)
        return np.asarray(cells.any(axis=(1, 3)), np.float32)
    marked = np.zeros((GRID, GRID), np.float32)
    for box in case.boxes:
        rows = slice(int(box.top * GRID), int(np.ceil(box.bottom * GRID)))
        marked[rows, int(box.left * GRID) : int(np.ceil(box.right * GRID))] = 1
    return marked


def _phantoms(bench: Bench, which: str) -> Iterator[Case]:
    card = bench.loaded.card
    for seed in range(FIRST_PHANTOM[which], FIRST_PHANTOM[which] + 1000):
        phantom = chest_phantom(seed)
        image, placement = model_input(read_image(phantom_dicom(phantom)), card.input)
        said = bench.logits(image[np.newaxis])[0]
        for label, one in enumerate(card.labels):
            mask = phantom.masks[one.name].astype(np.float32)
            if mask.any() and said[label] > 0:
                truth = np.asarray(map_on_image(mask, ALL, GRID, GRID) > 0, np.float32)
                yield Case(f"{seed}-{label}", str(seed), image, placement, label, truth)
                break


def collect(folder: Path, which: str, models: Sequence[str], candidates: bool) -> None:
    """Measure what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in models:
        bench = Bench(name)
        images = FEWER.get((which, name), IMAGES[which])
        for number, case in enumerate(islice(cases(bench, which), images)):
            file = folder / f"{which}-{name}-{number:03d}.pickle"
            if file.exists():
                bench.maps(case, number)  # for the map of another image
            else:
                file.write_bytes(pickle.dumps(bench(case, number, candidates)))
                print(name, number + 1, flush=True)


def main() -> None:
    """Collect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", choices=("validation", "test"), default="validation")
    parser.add_argument("--models", nargs="+", help="default: those with limits, and for validation those without")
    parser.add_argument("--candidates", action="store_true", help="other measures as well")
    asked = parser.parse_args()
    models = asked.models or (*MODELS, *(OTHERS if asked.set == "validation" else ()))
    collect(asked.folder, asked.set, models, asked.candidates)


if __name__ == "__main__":
    main()
