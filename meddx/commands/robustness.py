"""Run `meddx robustness`: measure a model on its test set under blur, noise, contrast, brightness and JPEG."""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.cluster.node_model import model_on_node, start_tensorflow_on_node
from meddx.config import models_dir
from meddx.errors import MeddxError
from meddx.model.card import Card
from meddx.model.registry import InstalledModel, find_model

if TYPE_CHECKING:  # scipy and TensorFlow load only when the command runs
    import numpy as np
    from numpy.typing import NDArray

    from meddx.evaluate.batched_inference import Forward
    from meddx.evaluate.robustness import ConditionLogits, RobustnessRow, SomeCases

HELP = "measure a model on its test set under blur, noise, contrast, brightness and JPEG"
ROBUSTNESS_FILE = "robustness.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx robustness`."""
    parser.add_argument("--model", required=True, metavar="ID", help="of an installed model; its folder gets the table")
    parser.add_argument("--recipe", type=Path, metavar="CONFIG.toml", help="names the test set; default: the card's")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of models (default: models/)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="have a Ray cluster compute, as ray://HOST:10001")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Write models/<id>/robustness.csv, print it and return 0."""
    installed = find_model(arguments.models or models_dir(), arguments.model)
    from meddx.model.tensorflow_startup import start_tensorflow_on_single_cores

    at_once = start_tensorflow_on_single_cores()
    from meddx.evaluate.robustness import measure_robustness, write_robustness
    from meddx.evaluate.sets.recipe_sets import recipe_path
    from meddx.install.progress_report import StderrReport
    from meddx.training.recipe import read_recipe

    if arguments.recipe is None and installed.card.training is None:
        raise MeddxError(f"{installed.card.id} was not trained here; name the images to test on in a recipe (--recipe)")
    recipe_file = arguments.recipe or recipe_path(installed.card)
    test = read_recipe(recipe_file).sets(recipe_file.parent).test
    with StderrReport().stage("test images", len(test)) as done, ThreadPoolExecutor(at_once) as pool:
        answered = (
            _answered(installed, pool) if arguments.cluster is None else _answered_by(arguments.cluster, installed.card)
        )
        rows = measure_robustness(answered, installed.card, test, done)
    write_robustness(installed.folder / ROBUSTNESS_FILE, rows)
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return 0
    for row in rows:
        print(_line(row))
    return 0


def _answered(installed: InstalledModel, pool: ThreadPoolExecutor) -> "ConditionLogits":
    """Return what answers images on this machine, a piece on each core."""
    from meddx.evaluate.robustness import condition_logits

    return partial(pool.map, partial(condition_logits, _forward(installed), installed.card))


def _answered_by(address: str, card: Card) -> "ConditionLogits":
    """Return what answers images on a cluster."""
    from meddx.cluster.connection import cluster_at

    return partial(cluster_at(address).map, partial(_logits_on_node, card.key))


def _logits_on_node(key: str, piece: "tuple[int, SomeCases]") -> "list[NDArray[np.float32]]":
    """Return the logits of some images under every condition, on a node of a cluster. key: of the model's card."""
    start_tensorflow_on_node()
    from meddx.evaluate.robustness import condition_logits

    ask, card = _forward_on_node(key)
    return condition_logits(ask, card, piece)


@lru_cache(1)
def _forward_on_node(key: str) -> "tuple[Forward, Card]":
    installed = model_on_node(key)
    return _forward(installed), installed.card


def _forward(installed: InstalledModel) -> "Forward":
    from meddx.model.inference.compiled import compiled
    from meddx.model.loading import load_model

    run = compiled(load_model(installed.folder).network)
    return lambda inputs: run(inputs)[1]


def _line(row: "RobustnessRow") -> str:
    amount = f"{row.amount:g} ({row.unit})" if row.unit else ""
    return (
        f"{row.corruption:<10} {row.strength} accuracy {row.accuracy:.3f} ({row.accuracy_low:.3f} to "
        f"{row.accuracy_high:.3f}) AUROC {row.auroc:.3f} ({row.auroc_low:.3f} to {row.auroc_high:.3f}) "
        f"n = {row.n}  {amount}"
    )
