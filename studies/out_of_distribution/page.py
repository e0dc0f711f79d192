"""Print the tables of docs/out-of-distribution.md: which images each model takes for foreign.

    python -m studies.out_of_distribution.page --keep runs/out-of-distribution [MODEL_ID...]

Needs the public data sets (MEDDX_DATA) and the phantoms that phantom-cnn learned from (configs/phantom-cnn.toml says
how they are drawn); no GPU. A model that has been measured takes no time again.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from meddx.config import models_dir
from meddx.errors import Refused
from meddx.evaluate.delong import area, covariance
from meddx.evaluate.intervals import Z, wilson
from meddx.model.registry import list_models
from meddx.model.tensorflow_startup import start_tensorflow
from studies.out_of_distribution.measured import AS_IT_IS, REAL, Distances, Measured, measured

MOST_FALSE_ALARMS, LEAST_AUROC = 0.10, 0.98
"""The goals, for every kind of copy and every set of foreign images."""


def summary(models: list[Measured]) -> Iterator[str]:
    """One row a model: its worst kind of copy, its worst set of foreign images, and whether the goals are met."""
    yield "| model | test images beyond | all copies beyond | worst copies | real films beyond | lowest AUROC | goals |"
    yield "|---|---|---|---|---|---|---|"
    for model in models:
        copied = _copies(model)
        worst = max(copied, key=lambda name: _share(copied[name], model))
        pooled = [distance for one in copied.values() for distance in one.distances]
        lowest = min(model.foreign, key=lambda name: _area(model, name)[0])
        value = _area(model, lowest)[0]
        real = _beyond(model.own[REAL], model) if REAL in model.own else ""
        false_alarms = max(_share(one, model) for one in model.own.values())
        failed = ["false alarms"] * (false_alarms > MOST_FALSE_ALARMS) + ["AUROC"] * (value < LEAST_AUROC)
        yield (
            f"| `{model.model}` | {_beyond(model.own[AS_IT_IS], model)} "
            f"| {np.mean(np.array(pooled) > model.threshold):.1%} of {len(pooled)} "
            f"| {_beyond(copied[worst], model)}: {worst} | {real} | {value:.3f}: {lowest} "
            f"| {'met' if not failed else '**not met**: ' + ', '.join(failed)} |"
        )


def tables(model: Measured) -> Iterator[str]:
    """The two tables of one model."""
    yield f"\n### {model.title} (`{model.model}`)\n"
    parts = ", ".join(model.parts)
    yield f"Layer `{model.layer}`; {parts}: {model.features} features; threshold {model.threshold:.2f}.\n"
    yield "| its own test images, and copies of them | n | beyond the threshold |\n|---|---|---|"
    for name, one in model.own.items():
        yield f"| {name} | {len(one.distances)} | {_beyond(one, model)} |"
    for name, one in model.kin.items():
        yield f"| the same kind from elsewhere: {name} | {len(one.distances)} | {_beyond(one, model)} |"
    yield "\n| foreign images | n | AUROC against its test images | against all copies of them | beyond the threshold |"
    yield "|---|---|---|---|---|"
    for name, one in model.foreign.items():
        value, half = _area(model, name)
        copied = np.concatenate([of.distances for of in _copies(model).values()])
        truth = np.repeat([False, True], [len(copied), len(one.distances)])
        against_copies = roc_auc_score(truth, np.concatenate([copied, one.distances]))
        yield (
            f"| {name} | {len(one.distances)} | {value:.3f} [{max(value - half, 0):.3f}, {min(value + half, 1):.3f}] "
            f"| {against_copies:.3f} | {_beyond(one, model)} |"
        )


def _copies(model: Measured) -> dict[str, Distances]:
    return {name: one for name, one in model.own.items() if name not in (AS_IT_IS, REAL)}


def _share(images: Distances, model: Measured) -> float:
    return float(np.mean(np.array(images.distances) > model.threshold))


def _beyond(images: Distances, model: Measured) -> str:
    """Share beyond the threshold with Wilson's 95 % interval."""
    found = wilson(int((np.array(images.distances) > model.threshold).sum()), len(images.distances))
    return f"{found.value:.1%} [{found.low:.1%}, {found.high:.1%}]"


def _area(model: Measured, name: str) -> tuple[float, float]:
    """AUROC of a foreign set against the test images, and half of DeLong's 95 % interval over patients."""
    own, other = model.own[AS_IT_IS], model.foreign[name]
    scores = np.array([*own.distances, *other.distances])
    truth = np.repeat([False, True], [len(own.distances), len(other.distances)])
    groups = np.array([*own.patients, *(1 + max(own.patients) + patient for patient in other.patients)], np.int64)
    found = area(scores, truth, groups)
    return found.value, Z * float(covariance(found.shares, groups)) ** 0.5


def main() -> None:
    """Print summary and tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--copied", type=int, default=60, help="test images of which copies are made")
    parser.add_argument("--others", type=int, default=150, help="images of each other set")
    asked = parser.parse_args()
    start_tensorflow()
    found: list[Measured] = []
    missing: list[str] = []
    for model in list_models(models_dir()).models:
        if asked.models and model.card.id not in asked.models:
            continue
        try:
            found.append(measured(model, asked.keep, asked.copied, asked.others))
        except Refused as refused:
            missing.append(f"`{model.card.id}` was not measured: {refused.reason}")
    print("\n".join([*summary(found), *(f"\n{line}" for line in missing)]))
    for one in found:
        print("\n".join(tables(one)), flush=True)


if __name__ == "__main__":
    main()
