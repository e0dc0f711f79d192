"""Run `meddx robustness`: measure a model on its test set under blur, noise, contrast, brightness and JPEG."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.config import models_dir
from meddx.errors import MeddxError
from meddx.model.registry import find_model

if TYPE_CHECKING:  # scipy and TensorFlow load only when the command runs
    from meddx.evaluate.robustness import RobustnessRow

HELP = "measure a model on its test set under blur, noise, contrast, brightness and JPEG"
ROBUSTNESS_FILE = "robustness.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx robustness`."""
    parser.add_argument("--model", required=True, metavar="ID", help="of an installed model; its folder gets the table")
    parser.add_argument("--recipe", type=Path, metavar="CONFIG.toml", help="names the test set; default: the card's")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of models (default: models/)")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Write models/<id>/robustness.csv, print it and return 0."""
    installed = find_model(arguments.models or models_dir(), arguments.model)
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    import keras

    from meddx.evaluate.robustness import measure_robustness, write_robustness
    from meddx.evaluate.sets.recipe_sets import recipe_path
    from meddx.install.progress_report import StderrReport
    from meddx.model.loading import load_model
    from meddx.training.recipe import read_recipe

    if arguments.recipe is None and installed.card.training is None:
        raise MeddxError(f"{installed.card.id} was not trained here; name the images to test on in a recipe (--recipe)")
    recipe_file = arguments.recipe or recipe_path(installed.card)
    test = read_recipe(recipe_file).sets(recipe_file.parent).test
    loaded = load_model(installed.folder)
    network = keras.Model(loaded.network.inputs[0], loaded.network.outputs[1])
    with StderrReport().stage("test images", len(test)) as done:
        rows = measure_robustness(network.predict_on_batch, loaded.card, test, done)
    write_robustness(installed.folder / ROBUSTNESS_FILE, rows)
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return 0
    for row in rows:
        print(_line(row))
    return 0


def _line(row: "RobustnessRow") -> str:
    amount = f"{row.amount:g} ({row.unit})" if row.unit else ""
    return (
        f"{row.corruption:<10} {row.strength} accuracy {row.accuracy:.3f} ({row.accuracy_low:.3f} to "
        f"{row.accuracy_high:.3f}) AUROC {row.auroc:.3f} ({row.auroc_low:.3f} to {row.auroc_high:.3f}) "
        f"n = {row.n}  {amount}"
    )
