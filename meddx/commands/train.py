"""`meddx train`: a recipe in, a model folder out."""

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meddx.config import models_dir

if TYPE_CHECKING:  # scipy and TensorFlow load only when a training starts
    from meddx.evaluate.metrics import Measured
    from meddx.training.run import Trained

HELP = "train a model from a recipe and write its folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `meddx train`."""
    parser.add_argument("recipe", type=Path, metavar="CONFIG.toml", help="see configs/ for those of the shipped models")
    parser.add_argument("--models", type=Path, metavar="DIR", help="where the model folder goes (default: models/)")
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="checkpoints; run again to go on"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="processor cores to use (default: all)")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Train and print what was measured on the test set; 0 when done."""
    from meddx.model.start import start_tensorflow

    start_tensorflow()
    import tensorflow as tf

    from meddx.training.report import OnStderr
    from meddx.training.run import train

    if arguments.threads:
        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    trained = train(arguments.recipe, arguments.models or models_dir(), arguments.runs, OnStderr())
    if arguments.json:
        print(json.dumps(_document(trained)))
        return 0
    print(f"{trained.folder}: best of {trained.epochs} epochs was {trained.best_epoch}. On the test set:")
    for one in trained.measured:
        print(_line(one))
    return 0


def _document(trained: "Trained") -> dict[str, Any]:
    """Numbers that are not defined are null: JSON has no NaN."""
    overall: dict[str, Any] = {}
    per_label: dict[str, Any] = {}
    for one in trained.measured:
        found = one.interval
        numbers = {"value": found.value, "low": found.low, "high": found.high}
        target = overall if one.label is None else per_label.setdefault(one.label, {})
        target[one.metric] = {name: None if math.isnan(value) else value for name, value in numbers.items()}
    return {
        "folder": str(trained.folder),
        "epochs": trained.epochs,
        "best_epoch": trained.best_epoch,
        "n": max(one.n for one in trained.measured),
        "metrics": overall,
        "per_label": per_label,
    }


def _line(measured: "Measured") -> str:
    found = measured.interval
    what = f"{measured.label or 'all labels'}, {measured.metric}"
    return f"  {what:<60} {found.value:.3f} ({found.low:.3f} to {found.high:.3f}), n = {measured.n}"
