"""Search a recipe's values by cross-validation: every trial is measured on the same folds, and none on the test set.

A fold of a trial is a piece: trained by this machine or a node of a cluster, kept once it is measured, and not trained
again when the search goes on, or when a larger one has the same trial.
"""

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from meddx.cluster.node_model import start_tensorflow_on_node
from meddx.cluster.pieces import Cluster
from meddx.errors import Refused, without_content
from meddx.evaluate import metric_registry
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.install.progress_report import SilentReport, StageReport
from meddx.kept_pieces import KeptPieces
from meddx.training.cross_validation import FoldSpread, prepare_folds, training_cases
from meddx.training.hardware import Hardware
from meddx.training.recipe import Recipe
from meddx.training.search_plan import Trial, planned_trials, read_plan
from meddx.training.training_loop import DIVERGED, ONE_DEVICE, build_network

_Piece = tuple[Recipe, Path, int]
"""The recipe of a trial, the folder of its checkpoints, and the number of a fold."""


@dataclass(frozen=True)
class TrialResult:
    """What a trial reached: its values, and the metric in each fold, NaN where its training diverged."""

    values: dict[str, Any]
    spread: FoldSpread

    @property
    def measured(self) -> bool:
        """Return whether every fold gave a number."""
        return not math.isnan(self.spread.mean)


@dataclass(frozen=True)
class SearchResult:
    """The result of a search.

    images: that every trial was measured on, each once; trials: the best first.
    """

    metric: str
    images: int
    trials: tuple[TrialResult, ...]


def search_recipe(
    recipe_path: Path,
    search_path: Path,
    folds: int,
    runs: Path,
    report: StageReport,
    *,
    hardware: Hardware = ONE_DEVICE,
    cluster: Cluster | None = None,
    threads: int = 1,
) -> SearchResult:
    """Train and measure every trial of a search by cross-validation, and return them by their mean over the folds.

    As meddx.training.cross_validation.cross_validate does, for each trial on the same folds; the arguments are the same
    as well. `runs`/<id>/trials/ holds what each trial gave, and checkpoints of what is not yet measured. Raises Refused
    where a trial is no recipe or its network cannot be built, before any is trained; where no trial could be measured;
    and as cross_validate does.
    """
    plan = read_plan(search_path)
    trials = planned_trials(recipe_path, plan)
    folder = recipe_path.resolve().parent
    for trial in trials:
        _check_network(trial, folder)
    images = training_cases(trials[0].recipe, folder)
    kept = [_kept(trial.recipe, images, folds, runs.resolve(), hardware) for trial in trials]
    pieces = [
        (trial.recipe, pieces.folder, number)
        for trial, pieces in zip(trials, kept, strict=True)
        for number in range(pieces.count + 1, folds + 1)
    ]
    report.say(
        f"{len(trials)} trials of {folds} folds; {len(trials) * folds - len(pieces)} folds are measured already."
    )
    places = [pieces for pieces in kept for _ in range(folds - pieces.count)]
    ask = partial(_scores, recipe_folder=folder, runs=runs.resolve(), folds=folds, hardware=hardware)
    answers: Iterator[_Scores]
    if cluster is None:
        answers = (ask(piece, report) for piece in pieces)
    else:
        answers = cluster.map(partial(_scores_on_node, ask, threads), pieces, cores=threads)
    for number, ((_, run, fold), place, scores) in enumerate(zip(pieces, places, answers, strict=True), start=1):
        place.keep(scores)
        shutil.rmtree(run / f"folds-{folds}" / str(fold), ignore_errors=True)
        report.say(f"{number} of {len(pieces)} folds are measured.")
    return _ranked(plan.metric, len(images), trials, kept)


_Scores = list[tuple[str, dict[str, Any]]] | None
"""Metrics over all labels that one fold gave, with the parts of their estimates; None where its training diverged."""


def _scores(
    piece: _Piece, report: StageReport, *, recipe_folder: Path, runs: Path, folds: int, hardware: Hardware
) -> _Scores:
    """Train and measure a fold of a trial."""
    recipe, run, number = piece
    prepared = prepare_folds(recipe, recipe_folder, folds, runs, report, hardware=hardware)
    try:
        found = prepared.trained(number, run, report)
    except Refused as refused:
        if refused.rule != DIVERGED:
            raise
        return None
    return [(metric, asdict(one)) for (label, metric), one in found.scores.items() if label is None]


def _scores_on_node(ask: "partial[_Scores]", threads: int, piece: _Piece) -> _Scores:
    start_tensorflow_on_node(threads)
    return ask(piece, SilentReport())


def _check_network(trial: Trial, recipe_folder: Path) -> None:
    """Raise Refused where the network of a trial cannot be built."""
    try:
        build_network(trial.recipe, recipe_folder)
    except Refused:
        raise
    except Exception as error:  # whatever Keras raises of options that it does not take
        reason = f"The network of {values_text(trial.values)} cannot be built ({without_content(error)}): correct it."
        raise Refused("invalid-search", reason) from error


def _kept(recipe: Recipe, images: LabelledSet, folds: int, runs: Path, hardware: Hardware) -> KeptPieces:
    """Return what is kept of a trial, in a folder that is named by all that decides its numbers."""
    cases = [[case.id, case.labels, case.pixels_digest()] for case in images.cases]
    plan = {
        "recipe": recipe.model_dump(mode="json"),
        "images": hashlib.sha256(json.dumps(cases).encode()).hexdigest(),
        "folds": folds,
        "devices": hardware.devices,
        "precision": hardware.precision,
    }
    folder = runs / recipe.id / "trials" / hashlib.sha256(json.dumps(plan).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return KeptPieces(folder, plan)


_NONE = Estimate(math.nan, math.nan, math.nan, "", 0, None, reliable=False)
"""Of a fold whose training diverged."""


def _ranked(metric: str, images: int, trials: Sequence[Trial], kept: Sequence[KeptPieces]) -> SearchResult:
    """Return the trials by their mean, those that diverged last, equal ones in the order of the search."""
    results = []
    for trial, pieces in zip(trials, kept, strict=True):
        scores = tuple(_NONE if one is None else Estimate(**dict(one)[metric]) for one in pieces)
        results.append(TrialResult(trial.values, FoldSpread(None, metric, scores)))
    sign = -1 if metric_registry.row(metric).higher_is_better else 1
    results.sort(key=lambda one: (not one.measured, sign * one.spread.mean if one.measured else 0.0))
    if not results[0].measured:
        raise Refused("no-trial-measured", "No trial gave a number in every fold: search lower learning rates.")
    return SearchResult(metric, images, tuple(results))


def values_text(values: dict[str, Any]) -> str:
    """Return the values of a trial as the lines of a recipe would have them."""
    return ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
