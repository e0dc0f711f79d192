"""Write the limits of faithfulness for each kind of model, and each model's effects, from validation images.

    python -m studies.map_test.calibrate runs/map-test

runs/map-test: as studies.map_test.collect left it. Passed from: what 5 % of the maps known to be wrong reach, of the
kind of wrong map that reaches highest; failed below: likewise, what 10 % reach. Least effect: what hiding one area does
at most to 97.5 % of networks with the model's architecture and shuffled weights; a model of which no such network was
collected keeps the one it has. Usual effect: what hiding each area takes on average over images; those
concerned are left out where maps set limits. To believe a worthless map is worse than to doubt a good one, so the maps
known to be right choose nothing.
"""

import argparse
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from meddx.config import models_dir
from meddx.evaluate.map_evaluation.check_limits import (
    beside_each_other,
    least_effect,
    limits,
    usual_falls,
    wrong_values,
)
from meddx.evaluate.map_evaluation.known_maps import KnownMap, known_maps
from meddx.explain.map_check.verdicts import FAITHFULNESS_FILE
from meddx.explain.map_record import first_method, read_record
from meddx.model.card import Card, read_card
from studies.map_test.records import kept

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
ANYWHERE = frozenset({"phantom-cnn"})
"""Models without a usual effect: where a phantom's lesions are drawn says nothing of the next phantom's. Nor does the
map of another one set limits there: it may lie right by chance."""
EVERY = "brain slices, chest films and phantoms"
EXACT = frozenset({"brain-tumor-local-evidence", "chest-local-evidence"})
"""Models whose map is their answer."""
FAMILY = ("grad-cam", "hires-cam", "grad-cam-plus-plus", "layer-cam")
"""Methods with which phantoms have been judged before (studies/explanations/verdicts.py)."""


def validation_maps(folder: Path, models: Sequence[str], usual: bool = True) -> list[KnownMap]:
    """Return every map of these models on the validation images, and beside each image those of all others with its
    label, but phantoms'. usual: whether usual effects are taken out, those of the images concerned left out."""
    found: list[KnownMap] = []
    for model in models:
        cases = kept(folder, "validation", model)
        found += known_maps(cases, EXACT) if model in ANYWHERE else beside_each_other(cases, EXACT, usual)
    return found


def usual_by_model(folder: Path) -> dict[str, list[float]]:
    """Return the usual effect of each model that has one, row by row."""
    models = [model for model in MODELS if model not in ANYWHERE]
    return {model: list(usual_falls(kept(folder, "validation", model))) for model in models}


def least_effect_of(folder: Path, models: Sequence[str]) -> float:
    """Return the least effect of these models' architectures together, of which a shuffled network marks something."""
    found = least_effect(case for model in models for case in kept(folder, "validation", model))
    assert found is not None
    return found


def text(by_kind: dict[str, list[KnownMap]], least: dict[str, float], usual: dict[str, list[float]]) -> str:
    """Return the file's text. by_kind: maps by kind of model, EVERY last; least, usual: effects by model."""
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
    lines += [
        "]",
        "",
        "# What hiding each of 7 x 7 areas usually takes, row by row from the top, without a unit.",
        "usual_effects = [",
    ]
    for name, falls in usual.items():
        weights = read_card(models_dir() / name / "card.toml").weights.sha256
        lines.append(f'    {{ id = "{name}", weights_sha256 = "{weights}", falls = {falls} }},')
    lines.append("]")
    for kind, maps in by_kind.items():
        models = MODELS if kind == EVERY else KINDS[kind]
        wrong = wrong_values(maps)
        bounds = limits(wrong.values())
        cards = [read_card(models_dir() / name / "card.toml") for name in models]
        lines += [
            "",
            "[[calibrations]]",
            f"kind = {json.dumps(kind)}",
            f"methods = {json.dumps(sorted({method for card in cards for method in _methods(card)}))}",
            f"# {sum(map(len, wrong.values()))} maps known to be wrong.",
            f"faithful = {{ bad_below = {bounds.bad_below}, good_from = {bounds.good_from} }}",
            "models = [",
            *(f"    {_stated(card)}," for card in cards),
            "]",
        ]
    return "\n".join(lines) + "\n"


def _methods(card: Card) -> tuple[str, ...]:
    own = (first_method(read_record(models_dir() / card.id, card)),)
    return own + FAMILY if card.synthetic else own


def _stated(card: Card) -> str:
    stated = {"id": card.id, "version": card.version, "title": card.title, "weights_sha256": card.weights.sha256}
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in stated.items()) + " }"


def main() -> None:
    """Write and say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    found = {kind: validation_maps(folder, models) for kind, models in KINDS.items()}
    found[EVERY] = validation_maps(folder, MODELS, usual=False)  # of other models no usual effect is known
    before = tomllib.loads(FAITHFULNESS_FILE.read_text(encoding="utf-8"))
    least = {one["id"]: one["log_odds"] for one in before["least_effects"]} | {EVERY: before["least_effect"]}
    shuffled = [name for name in (*MODELS, *OTHERS) if any(case.untrained for case in kept(folder, "validation", name))]
    least |= {name: least_effect_of(folder, [name]) for name in shuffled}
    if set(MODELS) <= set(shuffled):
        least[EVERY] = least_effect_of(folder, MODELS)
    FAITHFULNESS_FILE.write_text(text(found, least, usual_by_model(folder)), encoding="utf-8")
    print(FAITHFULNESS_FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
