"""Write the limits of faithfulness for each kind of model, and each model's least effect, from validation images.

    python -m studies.map_test.calibrate runs/map-test

runs/map-test: as studies.map_test.collect left it. Passed from: what 2.5 % of the maps known to be wrong reach; failed
below: what 10 % of them reach. Least effect: what hiding one area does at most to 97.5 % of networks with the model's
architecture and shuffled weights. To believe a worthless map is worse than to doubt a good one, so the maps known to be
right choose nothing.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from meddx.config import models_dir
from meddx.explain.map_check.verdicts import FAITHFULNESS_FILE, Bounds
from meddx.explain.map_record import read_record
from meddx.model.card import Card, read_card
from studies.map_test.known_maps import RANDOM, Known, known_maps
from studies.map_test.records import EDGES, OTHER_IMAGE, SHUFFLED, kept

KINDS = {
    "slices of the brain": ("brain-tumor-efficientnet", "brain-tumor-local-evidence"),
    "chest films": ("chest-efficientnet", "chest-local-evidence"),
    "phantoms": ("phantom-cnn",),
}
"""Models by what they look at."""
MODELS = tuple(name for names in KINDS.values() for name in names)
OTHERS = (
    "bloodmnist-efficientnet",
    "bloodmnist-plain-cnn",
    "breastmnist-efficientnet",
    "breastmnist-plain-cnn",
    "chest-plain-cnn",
    "pneumoniamnist-plain-cnn",
    "pneumoniamnist-resnet",
    "retinamnist-efficientnet",
    "retinamnist-plain-cnn",
)
"""Models that have a least effect of their own, but no limits: which of their maps are right or wrong is not known."""
EVERY = "brain slices, chest films and phantoms"
EXACT = frozenset({"brain-tumor-local-evidence", "chest-local-evidence"})
"""Models whose map is their answer."""
COUNTED = (OTHER_IMAGE, SHUFFLED, RANDOM, EDGES)
"""Kinds of wrong maps that set limits; the middle counts for nothing by construction and would lower them."""
FAMILY = ("grad-cam", "hires-cam", "grad-cam-plus-plus", "layer-cam")
"""Methods with which phantoms have been judged before (studies/explanations/verdicts.py)."""
REACH_GOOD, REACH_UNCLEAR = 0.025, 0.1


def limits(wrong: Sequence[float]) -> Bounds:
    """Return the limits. wrong: values of maps known to be wrong."""
    low, high = np.quantile(wrong, [1 - REACH_UNCLEAR, 1 - REACH_GOOD])
    return Bounds(round(float(low), 3), round(float(high), 3))


def measured(folder: Path, which: str, models: Sequence[str]) -> list[Known]:
    """Return every map of these models on the validation or the test images, with its value."""
    return [known for model in models for known in known_maps(kept(folder, which, model), EXACT)]


def least_effect(folder: Path, models: Sequence[str]) -> float:
    """Return the log odds that hiding an area must move a prediction by, of these models' architectures together."""
    cases = [case for model in models for case in kept(folder, "validation", model)]
    reached = [next(iter(network.values())).largest for case in cases for network in case.untrained if network]
    return round(float(np.quantile(reached, 1 - REACH_GOOD)), 3)


def wrong_values(maps: Sequence[Known]) -> list[float]:
    """Return the values of the maps that set limits."""
    return [one.value for one in maps if one.right is False and one.kind in COUNTED]


def text(by_kind: dict[str, list[Known]], least: dict[str, float]) -> str:
    """Return the file's text. by_kind: maps by kind of model; least: effect by model, and of EVERY."""
    lines = ["# Written by python -m studies.map_test.calibrate; docs/explanations.md says how well they do."]
    lines += [
        "",
        "# Log odds, of models that are not listed.",
        f"least_effect = {least[EVERY]}",
        "",
        "least_effects = [",
    ]
    for name in sorted(least.keys() - {EVERY}):
        weights = read_card(models_dir() / name / "card.toml").weights.sha256
        lines.append(f'    {{ id = "{name}", weights_sha256 = "{weights}", log_odds = {least[name]} }},')
    lines.append("]")
    everything = [one for maps in by_kind.values() for one in maps]
    for kind, maps in (by_kind | {EVERY: everything}).items():
        models = MODELS if kind == EVERY else KINDS[kind]
        wrong = wrong_values(maps)
        bounds = limits(wrong)
        cards = [read_card(models_dir() / name / "card.toml") for name in models]
        lines += [
            "",
            "[[calibrations]]",
            f"kind = {json.dumps(kind)}",
            f"methods = {json.dumps(sorted({method for card in cards for method in _methods(card)}))}",
            f"# {len(wrong)} maps known to be wrong.",
            f"faithful = {{ bad_below = {bounds.bad_below}, good_from = {bounds.good_from} }}",
            "models = [",
            *(f"    {_stated(card)}," for card in cards),
            "]",
        ]
    return "\n".join(lines) + "\n"


def _methods(card: Card) -> tuple[str, ...]:
    record = read_record(models_dir() / card.id, card)
    own = (record.recommended,) if record else ()
    return own + FAMILY if card.synthetic else own


def _stated(card: Card) -> str:
    stated = {"id": card.id, "version": card.version, "title": card.title, "weights_sha256": card.weights.sha256}
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in stated.items()) + " }"


def main() -> None:
    """Write and say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    found = {kind: measured(folder, "validation", models) for kind, models in KINDS.items()}
    least = {name: least_effect(folder, [name]) for name in (*MODELS, *OTHERS)} | {EVERY: least_effect(folder, MODELS)}
    FAITHFULNESS_FILE.write_text(text(found, least), encoding="utf-8")
    print(FAITHFULNESS_FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
