"""Ask models about images with parts hidden, for maps known to be right and maps known to be wrong.

    python -m studies.map_test.collect runs/map-test --set validation
    python -m studies.map_test.collect runs/map-test --set test

Needs the data sets under MEDDX_DATA. Every image is kept in a file of its own, so that a second run goes on. About ten
seconds an image of an EfficientNet on half a core, two of the others; with --candidates twice as long.
"""

import argparse
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from meddx.config import ROOT, models_dir
from meddx.explain.map_check.faithfulness import random_map
from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

from meddx.evaluate.map_evaluation.known_map_bench import KnownMapBench, MarkedImage, marked_cells  # noqa: E402
from meddx.evaluate.map_evaluation.known_maps import MAP_GRID, WHOLE_IMAGE, MapKind  # noqa: E402
from meddx.evaluate.sets.labelled_set import LabelledSet  # noqa: E402
from meddx.evaluate.sets.recipe_sets import recipe_sets  # noqa: E402
from meddx.explain.map_record import first_method, read_record  # noqa: E402
from meddx.imaging.overlay import map_on_image  # noqa: E402
from meddx.imaging.phantom import chest_phantom, phantom_dicom  # noqa: E402
from meddx.imaging.preprocessing import model_input  # noqa: E402
from meddx.imaging.read_image import read_image  # noqa: E402
from meddx.model.loading import load_model  # noqa: E402
from studies.map_test.calibrate import MODELS, OTHERS  # noqa: E402
from studies.map_test.hiding import Hidden  # noqa: E402
from studies.map_test.records import SHARES, TRUTH, WINDOWS, Measured, windows  # noqa: E402

IMAGES = {"validation": 15, "test": 24}
FEWER = {("validation", name): 8 for name in OTHERS} | {("validation", "chest-efficientnet"): 14}
FEWER |= {("test", name): 13 for name in ("brain-tumor-efficientnet", "busbra-efficientnet", "chest-efficientnet")}
"""Images on which limits and least effects rest, and on which they are tried."""
FIRST_PHANTOM = {"validation": 1_000_000, "test": 3_000_000}


class Bench:
    """One model, by the method that it shows first."""

    def __init__(self, name: str) -> None:
        self.loaded = load_model(models_dir() / name)
        self._method = first_method(read_record(models_dir() / name, self.loaded.card))
        self._measure = KnownMapBench(self.loaded, [self._method])
        self.logits = self._measure.logits
        self._earlier: dict[int, NDArray[np.float32]] = {}

    def __call__(self, case: MarkedImage, number: int, candidates: bool) -> Measured:
        """Return what the model says of one case. number: of the case, for what is drawn by chance.

        The map of another image is that of an earlier case, of the same label if there was one.
        """
        one = self._measure(case, number)[self._method]
        maps = dict(one.maps)
        other = self._earlier.get(case.label, next(iter(self._earlier.values()), None))
        if other is not None:
            maps[MapKind.OTHER_IMAGE] = other
        if candidates:
            maps |= {f"random {one}": random_map(MAP_GRID, MAP_GRID, 100 * number + one) for one in (2, 3)}
        if case.truth is not None:
            maps[TRUTH] = case.truth
        self.keep(case, maps[MapKind.OWN])
        whole = self.logits(case.image[np.newaxis])[0]
        found = Measured(
            one.model, one.key, one.group, one.label, one.truth, maps, one.areas, one.untrained, whole=whole
        )
        return self._with_candidates(found, case) if candidates else found

    def keep(self, case: MarkedImage, own: NDArray[np.float32]) -> None:
        """Keep the model's own map of a case for the cases behind it."""
        self._earlier[case.label] = own

    def _with_candidates(self, found: Measured, case: MarkedImage) -> Measured:
        hidden = Hidden(case.image, case.placement)
        boxes, everything = windows(hidden.shape), np.ones((1, *hidden.shape), np.float32)
        by_windows, gone, without, alone = {}, {}, {}, {}
        for way in hidden.ways:
            by_windows[way] = self.logits(hidden(boxes, way)).reshape(WINDOWS, WINDOWS, -1)
            gone[way] = self.logits(hidden(everything, way))[0]
        for name in found.maps:
            places = order(found.maps[name], hidden.shape)
            covers = np.stack([first(places, share, hidden.shape) for share in SHARES])
            for way in hidden.ways:
                answers = self.logits(hidden(np.concatenate([covers, 1 - covers]), way))
                without[way, name], alone[way, name] = np.split(answers, 2)
        return replace(found, windows=by_windows, gone=gone, hidden=without, shown=alone)


def order(heatmap: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.intp]:
    """Return the image's pixels, the most marked first, ties by a random map; smoothed as for deletion curves."""
    fine = map_on_image(np.maximum(heatmap, 0), WHOLE_IMAGE, *shape)
    smooth = gaussian_filter(fine, max(shape) / 24, mode="nearest", truncate=3)
    return np.lexsort((random_map(*shape, 0).ravel(), -smooth.ravel()))


def first(places: NDArray[np.intp], share: float, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return the cover of the first share of the places."""
    cover = np.zeros(places.size, np.float32)
    cover[places[: round(share * places.size)]] = 1
    return cover.reshape(shape)


def cases(bench: Bench, which: str) -> Iterator[MarkedImage]:
    """Yield images whose finding the model calls rightly, in an order drawn once for every number of images."""
    card = bench.loaded.card
    if card.synthetic:
        yield from _phantoms(bench, which)
        return
    sets = recipe_sets(ROOT / card.training.config)
    chosen: LabelledSet = getattr(sets, which)
    names = [label.name for label in card.labels]
    for row in np.random.default_rng(0).permutation(len(chosen)):
        case = chosen.cases[row]
        image, placement = model_input(case.image(), card.input)
        label = int(bench.logits(image[np.newaxis])[0].argmax())
        if card.labels[label].absence or names[label] not in case.labels:
            continue
        truth = marked_cells(case, names[label]) if case.boxes or case.masks else None
        yield MarkedImage(str(row), case.group, image, placement, label, truth)


def _phantoms(bench: Bench, which: str) -> Iterator[MarkedImage]:
    card = bench.loaded.card
    for seed in range(FIRST_PHANTOM[which], FIRST_PHANTOM[which] + 1000):
        phantom = chest_phantom(seed)
        image, placement = model_input(read_image(phantom_dicom(phantom)), card.input)
        said = bench.logits(image[np.newaxis])[0]
        for label, one in enumerate(card.labels):
            mask = phantom.masks[one.name].astype(np.float32)
            if mask.any() and said[label] > 0:
                truth = np.asarray(map_on_image(mask, WHOLE_IMAGE, MAP_GRID, MAP_GRID) > 0, np.float32)
                yield MarkedImage(f"{seed}-{label}", str(seed), image, placement, label, truth)
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
                bench.keep(case, pickle.loads(file.read_bytes()).maps[MapKind.OWN])
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
