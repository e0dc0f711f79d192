"""Run `meddx shortcuts`: test whether a model's answer follows corners, borders, brightness or drawn markers."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from meddx.config import models_dir
from meddx.errors import MeddxError
from meddx.model.registry import InstalledModel, find_model

if TYPE_CHECKING:  # SciPy and TensorFlow load only when the command runs
    from meddx.evaluate.sets.labelled_set import LabelledSet

HELP = "probe whether a model's answer follows corners, borders, brightness or drawn markers"
PROBED_IMAGES = 300
PROBE_SEED = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx shortcuts`."""
    parser.add_argument("--model", required=True, metavar="ID", help="of an installed model; its folder gets the table")
    parser.add_argument("--data", type=Path, metavar="PATH", help="a labelled set; default: the recipe's test images")
    parser.add_argument(
        "--images", type=int, default=PROBED_IMAGES, metavar="N", help=f"at random, at most (default: {PROBED_IMAGES})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Print the effects of the interventions and return 0.

    Also writes models/<id>/shortcuts.csv, where the images are the model's own test images.
    """
    if arguments.images < 2:
        raise MeddxError("--images must be at least 2: an image is changed with a part of another")
    installed = find_model(models_dir(), arguments.model)
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from rich.console import Console
    from rich.progress import Progress

    from meddx.evaluate.shortcuts.interventions import INTERVENTIONS
    from meddx.evaluate.shortcuts.probe import ProbeImages, probe, probe_rows
    from meddx.evaluate.shortcuts.probe_table import SHORTCUTS_FILE, strongest, write_shortcuts
    from meddx.evaluate.shortcuts.summary_sentence import shortcut_sentence
    from meddx.explain.methods.compiled_passes import Logits
    from meddx.imaging.preprocessing import model_input
    from meddx.model.loading import load_model

    card = installed.card
    chosen = _chosen(installed, arguments.data, arguments.images)
    inputs, placements = zip(*(model_input(case.image(), card.input) for case in chosen.cases), strict=True)
    images = ProbeImages(np.stack(inputs), placements, [case.group for case in chosen.cases], chosen.targets())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("interventions", total=len(INTERVENTIONS))
        answers = probe(
            Logits(load_model(installed.folder).network),
            images,
            card.input,
            exclusive=card.task == "exclusive",
            seed=PROBE_SEED,
            done=lambda done: progress.update(task, completed=done),
        )
    rows = probe_rows(answers, images, chosen.labels)
    if arguments.data is None:
        write_shortcuts(installed.folder / SHORTCUTS_FILE, rows)
    if arguments.json:
        found = [asdict(row) | {"accused": row.accused} for row in rows]
        print(
            json.dumps({"model": card.id, "n": len(chosen), "accused": any(row.accused for row in rows), "rows": found})
        )
        return 0
    print(shortcut_sentence(rows))
    for row in strongest(rows):
        print(
            f"{row.kind:<7} {row.what:<18} {row.label:<16} lost {row.lost:5.2f} ({row.lost_low:.2f} to "
            f"{row.lost_high:.2f})  pushed {row.pushed:5.2f} ({row.pushed_low:.2f} to {row.pushed_high:.2f})"
        )
    return 0


def _chosen(installed: InstalledModel, path: Path | None, most: int) -> "LabelledSet":
    """Return at most `most` images, drawn at random with a fixed seed and kept in their order."""
    from meddx.evaluate.sets.open_set import open_set
    from meddx.evaluate.sets.recipe_sets import recipe_path, recipe_sets

    names = tuple(label.name for label in installed.card.labels)
    images = recipe_sets(recipe_path(installed.card)).test if path is None else open_set(path, names)
    return images.subset(np.sort(np.random.default_rng(PROBE_SEED).permutation(len(images))[:most]))
