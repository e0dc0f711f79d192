"""Run `meddx train`: train a model from a recipe and write its folder, or cross-validate the recipe."""

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meddx.config import models_dir
from meddx.errors import MeddxError

if TYPE_CHECKING:  # scipy and TensorFlow load only when a training starts
    from meddx.evaluate.card_metrics import Measured
    from meddx.training.cross_validation import CrossValidated, FoldSpread
    from meddx.training.hardware import Hardware
    from meddx.training.recipe_search import SearchResult
    from meddx.training.run_training import TrainingResult

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
"""Those of meddx.training.hardware, which takes seconds to import."""

HELP = "train a model from a recipe and write its folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx train`."""
    parser.add_argument("recipe", type=Path, metavar="CONFIG.toml", help="see configs/ for those of the shipped models")
    parser.add_argument("--models", type=Path, metavar="DIR", help="where the model folder goes (default: models/)")
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="checkpoints; run again to go on"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="processor cores to use (default: all)")
    parser.add_argument("--devices", type=int, default=1, metavar="N", help="GPUs (else CPUs) that share each batch")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=PRECISIONS[0],
        help="the mixed ones compute in 16 bits",
    )
    parser.add_argument(
        "--folds", type=int, metavar="K", help="instead of a model, measure the recipe by K-fold cross-validation"
    )
    parser.add_argument(
        "--search",
        type=Path,
        metavar="SEARCH.toml",
        help="of --folds: measure the recipe with each of these values, and say which are best (docs/training.md)",
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="of --folds: a fold for each node of a Ray cluster, as ray://HOST:10001"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Train, print the metrics on the test set or over folds, and return 0."""
    if arguments.cluster is not None and (arguments.folds is None or arguments.devices > 1):
        raise MeddxError("--cluster trains folds, each on one device: give --folds, and leave --devices out")
    if arguments.search is not None and arguments.folds is None:
        raise MeddxError("--search measures every trial by cross-validation: give --folds")
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    import tensorflow as tf

    from meddx.install.progress_report import StderrReport
    from meddx.training.hardware import Hardware
    from meddx.training.run_training import train

    if arguments.threads:
        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    hardware = Hardware(arguments.devices, arguments.precision)
    if arguments.folds is not None:
        return _over_folds(arguments, hardware)
    trained = train(arguments.recipe, arguments.models or models_dir(), arguments.runs, StderrReport(), hardware)
    if arguments.json:
        print(json.dumps(_document(trained)))
        return 0
    print(f"{trained.folder}: best of {trained.epochs} epochs was {trained.best_epoch}. On the test set:")
    for one in trained.measured:
        print(_line(one))
    for baseline in trained.baselines:
        print(f"The {baseline.name} alone, on the same test set (its scores: {baseline.file}):")
        for one in baseline.measured:
            if one.label is None:
                print(_line(one))
    for sentence in trained.warnings:
        print(f"WARNING: {sentence}")
    return 0


def _over_folds(arguments: argparse.Namespace, hardware: "Hardware") -> int:
    """Cross-validate the recipe, or every trial of a search over it, print the result and return 0."""
    from meddx.install.progress_report import StderrReport
    from meddx.training.cross_validation import cross_validate
    from meddx.training.recipe_search import search_recipe

    cluster = None
    if arguments.cluster is not None:
        from meddx.cluster.connection import cluster_at

        cluster = cluster_at(arguments.cluster)
    work = arguments.folds, arguments.runs, StderrReport()
    threads = arguments.threads or 1
    if arguments.search is not None:
        searched = search_recipe(
            arguments.recipe, arguments.search, *work, hardware=hardware, cluster=cluster, threads=threads
        )
        print(json.dumps(_search_document(searched)) if arguments.json else _search_table(searched))
        return 0
    found = cross_validate(arguments.recipe, *work, hardware, cluster=cluster, threads=threads)
    print(json.dumps(_folds_document(found)) if arguments.json else _folds_table(found))
    return 0


def _search_document(found: "SearchResult") -> dict[str, Any]:
    """Return the trials as JSON, the best first; a mean is null where a training diverged."""
    return {
        "metric": found.metric,
        "n": found.images,
        "trials": [
            {
                "values": trial.values,
                "mean": _number(trial.spread.mean),
                "sd": _number(trial.spread.deviation),
                "folds": [_number(value) for value in trial.spread.values],
            }
            for trial in found.trials
        ],
    }


def _search_table(found: "SearchResult") -> str:
    from meddx.evaluate import metric_registry
    from meddx.training.recipe_search import values_text

    metric = metric_registry.row(found.metric)
    lines = [
        f"{len(found.trials)} trials by {metric.title} over all labels, on {found.images} images, each held out once. "
        "Mean, standard deviation, lowest to highest over the folds:"
    ]
    for trial in found.trials:
        numbers = "diverged"
        if trial.measured:
            spread = trial.spread
            span = metric.span(min(spread.values), max(spread.values))
            numbers = f"{metric.text(spread.mean)}, {metric.text(spread.deviation)}, {span}"
        lines.append(f"  {numbers:<36} {values_text(trial.values)}")
    lines.append(
        "The best of several looks better than it is. Put its values into the recipe and train that: the test set has "
        "not been looked at."
    )
    return "\n".join(lines)


def _document(trained: "TrainingResult") -> dict[str, Any]:
    """Return the result as JSON, with null for numbers that are not defined, since JSON has no NaN."""
    overall, per_label = _by_label(trained.measured)
    beside = {}
    if trained.baselines:
        measured = {one.name: _by_label(one.measured) for one in trained.baselines}
        alone = {name: {"metrics": all_, "per_label": each} for name, (all_, each) in measured.items()}
        beside = {"baselines": alone, "warnings": list(trained.warnings)}
    return {
        "folder": str(trained.folder),
        "epochs": trained.epochs,
        "best_epoch": trained.best_epoch,
        "n": max(one.estimate.n for one in trained.measured),
        "metrics": overall,
        "per_label": per_label,
        **beside,
    }


def _by_label(measured: "list[Measured]") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the metrics over all labels by name, and those of each label."""
    overall: dict[str, Any] = {}
    per_label: dict[str, Any] = {}
    for one in measured:
        found = one.estimate
        numbers = {"value": found.value, "low": found.low, "high": found.high}
        target = overall if one.label is None else per_label.setdefault(one.label, {})
        target[one.metric] = {name: _number(value) for name, value in numbers.items()}
    return overall, per_label


def _folds_document(found: "CrossValidated") -> dict[str, Any]:
    overall: dict[str, Any] = {}
    per_label: dict[str, Any] = {}
    for one in found.spread:
        target = overall if one.label is None else per_label.setdefault(one.label, {})
        target[one.metric] = {
            "mean": _number(one.mean),
            "low": _number(one.interval[0]),
            "high": _number(one.interval[1]),
            "sd": _number(one.deviation),
            "min": _number(min(one.values)),
            "max": _number(max(one.values)),
            "folds": [_number(value) for value in one.values],
        }
    return {
        "folds": len(found.n),
        "n": list(found.n),
        "best_epochs": list(found.best_epochs),
        "metrics": overall,
        "per_label": per_label,
    }


def _folds_table(found: "CrossValidated") -> str:
    what = (
        f"{len(found.n)} folds, {sum(found.n)} images, each held out once. Mean [95 % interval], standard deviation, "
        "lowest to highest:"
    )
    return "\n".join([what, *map(_spread_line, found.spread)])


def _spread_line(one: "FoldSpread") -> str:
    from meddx.evaluate import metric_registry

    metric = metric_registry.row(one.metric)
    what = f"{one.label or 'all labels'}, {metric.title}"
    numbers = f"{metric.text(one.mean)} [{metric.span(*one.interval)}], {metric.text(one.deviation)}"
    return f"  {what:<60} {numbers}, {metric.span(min(one.values), max(one.values))}"


def _number(value: float) -> float | None:
    """Return the value, or None for NaN, which JSON does not have."""
    return None if math.isnan(value) else value


def _line(measured: "Measured") -> str:
    from meddx.evaluate import metric_registry

    found, metric = measured.estimate, metric_registry.row(measured.metric)
    what = f"{measured.label or 'all labels'}, {metric.title}"
    interval = metric.span(found.low, found.high) if found.low == found.low else "no interval"
    return f"  {what:<60} {metric.text(found.value)} ({interval}), n = {found.n}"
