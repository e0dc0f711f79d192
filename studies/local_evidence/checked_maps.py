"""Check the map that a model shows first, on test images whose finding it calls."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from meddx.config import ROOT
from meddx.evaluate.predictions import read_predictions
from meddx.evaluate.sets.recipe_sets import recipe_sets
from meddx.explain.map_check.map_checker import MapChecker
from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_check.verdicts import MEASURE_TEXTS, measure_verdicts, overall_verdict, verdict_thresholds
from meddx.explain.map_record import own_limits
from meddx.explain.methods import METHODS
from meddx.imaging.preprocessing import model_input
from meddx.model.card import Card
from meddx.model.loading import load_model
from meddx.model.postprocessing import log_odds
from meddx.model.registry import InstalledModel

NOTHING_MARKED = "nothing marked"


@dataclass(frozen=True)
class CheckedMap:
    """One map of a finding that an image has and the model calls.

    case: its place in the test set; verdict: the check's, or NOTHING_MARKED; failed: deciding measures that were bad.
    """

    case: int
    patient: str
    label: str
    method: str
    verdict: str
    failed: tuple[str, ...]


def checked_maps(model: InstalledModel, method: str, images: int, keep: Path) -> list[CheckedMap]:
    """Return the checks on the first `images` true positives, in an order drawn once for all models of a test set.

    keep: folder with a file for each model and method, to which every check is added when it is done.
    """
    keep.mkdir(parents=True, exist_ok=True)
    file = keep / f"{model.card.id}-{model.card.weights.sha256[:12]}-{method}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    known = [CheckedMap(**(row | {"failed": tuple(row["failed"])})) for row in map(json.loads, lines)]
    if len(known) < images:
        with file.open("a", encoding="utf-8") as out:
            for one in _measured(model, method, images, len(known)):
                out.write(json.dumps(asdict(one)) + "\n")
                out.flush()
                known.append(one)
    return known[:images]


def true_positives(model: InstalledModel) -> list[tuple[int, str]]:
    """Return (place in the test set, label) of each finding, normal apart, that an image has and the model calls.

    Called is the most likely label.
    The order is drawn by a fixed seed from the number of images alone, so that models of one set begin with the same.
    """
    recorded = read_predictions(model.folder / "predictions-test.parquet")
    absent = {label.name for label in model.card.labels if label.absence}
    called = recorded.probabilities.argmax(axis=1)
    drawn = np.random.default_rng(0).permutation(len(recorded))
    return [
        (int(row), recorded.labels[called[row]])
        for row in drawn
        if recorded.targets[row, called[row]] and recorded.labels[called[row]] not in absent
    ]


def _measured(model: InstalledModel, method: str, images: int, done: int) -> Iterator[CheckedMap]:
    loaded = load_model(model.folder)
    card: Card = loaded.card
    cases = recipe_sets(ROOT / card.training.config).test.cases
    check = MapChecker(NetworkPair(loaded.network), method, METHODS[method].build, METHODS[method].passes)
    names = [label.name for label in card.labels]
    thresholds = verdict_thresholds(card.weights.sha256, own_limits(model.folder, card))
    for row, label in true_positives(model)[done:images]:
        image, placement = model_input(cases[row].image(), card.input)
        numbers, _ = check(image, names.index(label), placement, partial(log_odds, card=card))
        measures = measure_verdicts(numbers, [one.title for one in card.labels], thresholds)
        failed = tuple(one.name for one in measures if one.verdict == "bad" and MEASURE_TEXTS[one.name].decides)
        verdict = overall_verdict(measures) if numbers.marks else NOTHING_MARKED
        yield CheckedMap(row, cases[row].group, label, method, verdict, failed)
