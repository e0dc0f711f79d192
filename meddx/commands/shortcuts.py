"""`meddx shortcuts`: does a model's answer follow corners, borders, brightness or drawn markers?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from meddx.config import ROOT, models_dir
from meddx.errors import MeddxError
from meddx.model.registry import InstalledModel, find_model

if TYPE_CHECKING:  # SciPy and TensorFlow load only when the command runs
    from meddx.evaluate.sets.labelled_set import LabelledSet

HELP = "probe whether a model's answer follows corners, borders, brightness or drawn markers"
FILMS = 300
SEED = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `meddx shortcuts`."""
    parser.add_argument("--model", required=True, metavar="ID", help="of an installed model; its folder gets the table")
    parser.add_argument("--data", type=Path, metavar="PATH", help="a labelled set; default: the recipe's test films")
    parser.add_argument("--films", type=int, default=FILMS, metavar="N", help=f"at random, at most (default: {FILMS})")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Write models/<id>/shortcuts.csv, where the films are the model's own, and print what was found; 0 when done."""
    if arguments.films < 2:
        raise MeddxError("--films must be at least 2: a film is changed with a part of another")
    installed = find_model(models_dir(), arguments.model)
    from meddx.model.start import start_tensorflow

    start_tensorflow()
    from rich.console import Console
    from rich.progress import Progress

    from meddx.evaluate.shortcuts.interventions import INTERVENTIONS
    from meddx.evaluate.shortcuts.probe import Films, measured, probe
    from meddx.evaluate.shortcuts.table import SHORTCUTS_FILE, strongest, write_shortcuts
    from meddx.evaluate.shortcuts.words import sentence
    from meddx.explain.methods.passes import Logits
    from meddx.imaging.prepare import model_input
    from meddx.model.loading import load

    card = installed.card
    chosen = _chosen(installed, arguments.data, arguments.films)
    inputs, placements = zip(*(model_input(case.film(), card.input) for case in chosen.cases), strict=True)
    films = Films(np.stack(inputs), placements, [case.group for case in chosen.cases], chosen.targets())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("interventions", total=len(INTERVENTIONS))
        answers = probe(
            Logits(load(installed.folder).network),
            films,
            card.input,
            exclusive=card.task == "exclusive",
            seed=SEED,
            done=lambda done: progress.update(task, completed=done),
        )
    rows = measured(answers, films, chosen.labels)
    if arguments.data is None:
        write_shortcuts(installed.folder / SHORTCUTS_FILE, rows)
    if arguments.json:
        found = [asdict(row) | {"accused": row.accused} for row in rows]
        print(
            json.dumps({"model": card.id, "n": len(chosen), "accused": any(row.accused for row in rows), "rows": found})
        )
        return 0
    print(sentence(rows))
    for row in strongest(rows):
        print(
            f"{row.kind:<7} {row.what:<18} {row.label:<16} lost {row.lost:5.2f} ({row.lost_low:.2f} to "
            f"{row.lost_high:.2f})  pushed {row.pushed:5.2f} ({row.pushed_low:.2f} to {row.pushed_high:.2f})"
        )
    return 0


def _chosen(installed: InstalledModel, path: Path | None, most: int) -> "LabelledSet":
    """At most so many films, drawn at random with a fixed seed and kept in their order."""
    from meddx.evaluate.sets.open_set import open_set
    from meddx.evaluate.sets.recorded import recipe_sets

    names = tuple(label.name for label in installed.card.labels)
    films = recipe_sets(ROOT / installed.card.training.config).test if path is None else open_set(path, names)
    return films.subset(np.sort(np.random.default_rng(SEED).permutation(len(films))[:most]))
