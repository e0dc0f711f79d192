"""Run `meddx train`: train a model from a recipe and write its folder, or cross-validate the recipe."""

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meddx.config import models_dir

if TYPE_CHECKING:  # scipy and TensorFlow load only when a training starts
    from meddx.evaluate.card_metrics import Measured
    from meddx.training.cross_validation import CrossValidated, FoldSpread
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
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Train, print the metrics on the test set or over folds, and return 0."""
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
        from meddx.training.cross_validation import cross_validate

        found = cross_validate(arguments.recipe, arguments.folds, arguments.runs, StderrReport(), hardware)
        print(json.dumps(_folds_document(found)) if arguments.json else _folds_table(found))
        return 0
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
        f"{len(found.n)} folds, {sum(found.n)} images, each held out once. Mean, standard deviation, lowest to highest:"
    )
    return "\n".join([what, *map(_spread_line, found.spread)])


def _spread_line(one: "FoldSpread") -> str:
    from meddx.evaluate import metric_registry

    metric = metric_registry.row(one.metric)
    what = f"{one.label or 'all labels'}, {metric.title}"
    numbers = f"{metric.text(one.mean)}, {metric.text(one.deviation)}"
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
