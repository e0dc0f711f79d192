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
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from meddx.config import models_dir
from meddx.explain.map_check.area_effects import usual_effects
from meddx.explain.map_check.verdicts import FAITHFULNESS_FILE, Bounds
from meddx.explain.map_record import first_method, read_record
from meddx.model.card import Card, read_card
from studies.map_test.known_maps import RANDOM, Known, known_maps, lent
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
ANYWHERE = frozenset({"phantom-cnn"})
"""Models without a usual effect: where a phantom's lesions are drawn says nothing of the next phantom's. Nor does the
map of another one set limits there: it may lie right by chance."""
EVERY = "brain slices, chest films and phantoms"
EXACT = frozenset({"brain-tumor-local-evidence", "chest-local-evidence"})
"""Models whose map is their answer."""
COUNTED = (OTHER_IMAGE, SHUFFLED, RANDOM, EDGES)
"""Kinds of wrong maps that set limits; the middle counts for nothing by construction and would lower them."""
FAMILY = ("grad-cam", "hires-cam", "grad-cam-plus-plus", "layer-cam")
"""Methods with which phantoms have been judged before (studies/explanations/verdicts.py)."""
REACH_GOOD, REACH_UNCLEAR, REACH_UNTRAINED = 0.05, 0.1, 0.025
"""Shares of wrong maps that pass, and that do not fail, and of untrained networks that reach the least effect."""
FEWEST = 10
"""Maps: of a kind with fewer nothing is concluded."""


def limits(wrong: Mapping[str, Sequence[float]]) -> Bounds:
    """Return the limits. wrong: values of maps known to be wrong, by kind; kinds of few maps are left out."""
    shares = [1 - REACH_UNCLEAR, 1 - REACH_GOOD]
    low, high = np.max([np.quantile(of, shares) for of in wrong.values() if len(of) >= FEWEST], axis=0)
    return Bounds(round(float(low), 3), round(float(high), 3))


def validation_maps(folder: Path, models: Sequence[str], usual: bool = True) -> list[Known]:
    """Return every map of these models on the validation images, and beside each image those of all others with its
    label, but phantoms'. usual: whether usual effects are taken out, those of the images concerned left out."""
    found: list[Known] = []
    for model in models:
        cases = kept(folder, "validation", model)
        if model in ANYWHERE:
            found += known_maps(cases, EXACT)
            continue
        for case in cases:
            lent_maps = [(lender, pair) for lender in cases if (pair := lent(case, lender))]
            for lender, pair in ((case, case), *lent_maps):
                others = [one.areas for one in cases if one.key not in (case.key, lender.key)]
                known = known_maps([pair], EXACT, usual_effects(others) if usual else None)
                found += [one for one in known if (one.kind == OTHER_IMAGE) == (lender is not case)]
    return found


def usual_by_model(folder: Path) -> dict[str, list[float]]:
    """Return the usual effect of each model that has one, row by row."""
    found = {}
    for model in MODELS:
        if model not in ANYWHERE:
            effects = usual_effects([case.areas for case in kept(folder, "validation", model)])
            found[model] = [round(value, 3) for value in effects.ravel().tolist()]
    return found


def least_effect(folder: Path, models: Sequence[str]) -> float:
    """Return the log odds that hiding an area must move a prediction by, of these models' architectures together."""
    cases = [case for model in models for case in kept(folder, "validation", model)]
    reached = [next(iter(network.values())).largest for case in cases for network in case.untrained if network]
    return round(float(np.quantile(reached, 1 - REACH_UNTRAINED)), 3)


def wrong_values(maps: Sequence[Known]) -> dict[str, list[float]]:
    """Return the values of the maps that set limits, by kind."""
    wrong = [one for one in maps if one.right is False]
    return {kind: [one.value for one in wrong if one.kind == kind] for kind in COUNTED}


def text(by_kind: dict[str, list[Known]], least: dict[str, float], usual: dict[str, list[float]]) -> str:
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
        bounds = limits(wrong)
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
    least |= {name: least_effect(folder, [name]) for name in shuffled}
    if set(MODELS) <= set(shuffled):
        least[EVERY] = least_effect(folder, MODELS)
    FAITHFULNESS_FILE.write_text(text(found, least, usual_by_model(folder)), encoding="utf-8")
    print(FAITHFULNESS_FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
