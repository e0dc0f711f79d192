"""Run `meddx shortcuts`: test if a model's answer follows drawn markers, brightness or a fixed part of the frame."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from meddx.commands.class_map import add_map_option, class_map
from meddx.config import models_dir
from meddx.errors import MeddxError, Refused
from meddx.formatting import percent
from meddx.model.card import Card
from meddx.model.registry import InstalledModel, find_model

if TYPE_CHECKING:  # SciPy and TensorFlow load only when the command runs
    from meddx.evaluate.sets.labelled_set import LabelledSet
    from meddx.evaluate.shortcuts.probe_table import ShortcutRow
    from meddx.evaluate.shortcuts.search import RegionSearch
    from meddx.evaluate.shortcuts.search_record import SearchRecord

HELP = "probe whether a model's answer follows drawn markers, brightness or a fixed part of the frame"
PROBED_IMAGES = 300
PROBE_SEED = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx shortcuts`."""
    parser.add_argument(
        "--model", required=True, metavar="ID", help="of an installed model; its folder gets the result"
    )
    parser.add_argument("--data", type=Path, metavar="PATH", help="a labelled set; default: the recipe's test images")
    add_map_option(parser)
    parser.add_argument(
        "--keep", action="store_true", help="with --data: the model's folder gets the result of these images"
    )
    parser.add_argument("--recipe", type=Path, metavar="CONFIG.toml", help="names the images; default: the card's")
    parser.add_argument(
        "--images", type=int, default=PROBED_IMAGES, metavar="N", help=f"at random, at most (default: {PROBED_IMAGES})"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of models (default: models/)")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Print the effects of the interventions and what the search of the frame found; return 0.

    Also writes shortcuts.csv and shortcut-search.toml to the model's folder, where the images are the model's own or
    --keep is given.
    """
    if arguments.images < 2:
        raise MeddxError("--images must be at least 2: an image is changed with a part of another")
    if arguments.keep and arguments.data is None:
        raise MeddxError("--keep goes with --data; of the model's own images the result is always kept")
    if arguments.data is not None and arguments.recipe is not None:
        raise MeddxError("--data and --recipe both name the images; give one of them")
    installed = find_model(arguments.models or models_dir(), arguments.model)
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from meddx.evaluate.shortcuts.probe_table import SHORTCUTS_FILE, write_shortcuts
    from meddx.evaluate.shortcuts.search_record import BROUGHT_SET, OWN_TEST_SET, record_of, write_search

    rows, search = _measured(installed, _chosen(installed, arguments))
    of = OWN_TEST_SET if arguments.data is None else BROUGHT_SET
    record = record_of(search, installed.card.weights.sha256, of)
    if arguments.data is None or arguments.keep:
        write_shortcuts(installed.folder / SHORTCUTS_FILE, rows)
        write_search(installed.folder, record)
    print(_json(installed, rows, record) if arguments.json else "\n".join(_lines(rows, record)))
    return 0


def _measured(installed: InstalledModel, chosen: "LabelledSet") -> "tuple[list[ShortcutRow], RegionSearch]":
    """Return what drawing, hiding and swapping changes, and what the search of the frame found."""
    from rich.console import Console
    from rich.progress import Progress

    from meddx.evaluate.shortcuts.interventions import INTERVENTIONS
    from meddx.evaluate.shortcuts.probe import ProbeImages, label_log_odds, probe, probe_rows
    from meddx.evaluate.shortcuts.search import search
    from meddx.explain.methods.compiled_passes import Logits
    from meddx.imaging.preprocessing import model_input
    from meddx.model.loading import load_model

    card = installed.card
    exclusive = card.task == "exclusive"
    ask = Logits(load_model(installed.folder).network)
    inputs, placements = zip(*(model_input(case.image(), card.input) for case in chosen.cases), strict=True)
    images = ProbeImages(np.stack(inputs), placements, [case.group for case in chosen.cases], chosen.targets())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        drawing = progress.add_task("interventions", total=len(INTERVENTIONS))
        searching = progress.add_task("regions of the frame", total=1.0)
        answers = probe(
            ask,
            images,
            card.input,
            exclusive=exclusive,
            seed=PROBE_SEED,
            done=lambda done: progress.update(drawing, completed=done),
        )
        found = search(
            lambda inputs: label_log_odds(ask(inputs), exclusive),
            images.inputs,
            images.targets,
            images.groups,
            chosen.labels,
            seed=PROBE_SEED,
            done=lambda done: progress.update(searching, completed=done),
        )
    return probe_rows(answers, images, chosen.labels), found


def _chosen(installed: InstalledModel, arguments: argparse.Namespace) -> "LabelledSet":
    """Return at most --images images, drawn at random with a fixed seed and kept in their order."""
    from meddx.evaluate.sets.open_set import open_set
    from meddx.evaluate.sets.recipe_sets import recipe_sets

    if arguments.data is not None:
        labels = tuple(label.name for label in installed.card.labels)
        images = open_set(arguments.data, labels, class_map(arguments.map))
    else:
        images = recipe_sets(arguments.recipe or _recipe(installed.card)).test
    return images.subset(np.sort(np.random.default_rng(PROBE_SEED).permutation(len(images))[: arguments.images]))


def _recipe(card: Card) -> Path:
    """Return the recipe that the card names. Raises Refused, saying which options do without."""
    from meddx.evaluate.sets.recipe_sets import recipe_path

    without = "Name it with --recipe CONFIG.toml, or give labelled images with --data PATH --keep."
    try:
        recipe = recipe_path(card)
    except Refused as refused:
        raise Refused("no-recipe", f"{refused.reason} {without}") from None
    if not recipe.is_file():
        raise Refused("no-recipe", f"The recipe {recipe.name} of {card.id} is not here. {without}")
    return recipe


def _json(installed: InstalledModel, rows: "list[ShortcutRow]", search: "SearchRecord") -> str:
    accused = any(row.accused for row in rows) or any(row.accused for row in search.rows)
    regions = [
        row.model_dump() | {"region": row.region.name, "area": row.region.area, "accused": row.accused}
        for row in search.rows
    ]
    return json.dumps(
        {
            "model": installed.card.id,
            "images": search.images,
            "n": rows[0].n,
            "accused": accused,
            "rows": [asdict(row) | {"accused": row.accused} for row in rows],
            "search": search.model_dump(exclude={"rows"}) | {"rows": regions},
        }
    )


def _lines(rows: "list[ShortcutRow]", search: "SearchRecord") -> list[str]:
    from meddx.evaluate.shortcuts.probe_table import strongest
    from meddx.evaluate.shortcuts.summary_sentence import missed_sentence, shortcut_sentence

    sentence, missed = shortcut_sentence(rows, search), missed_sentence(search)
    return [
        sentence if missed in sentence else f"{sentence} {missed}",
        *(
            f"{row.kind:<7} {row.what:<18} {row.label:<16} lost {row.lost:5.2f} ({row.lost_low:.2f} to "
            f"{row.lost_high:.2f})  pushed {row.pushed:5.2f} ({row.pushed_low:.2f} to {row.pushed_high:.2f})"
            for row in strongest(rows)
        ),
        *(
            f"region  {row.region.name:<34} {row.label:<16} area {percent(row.region.area, 1)}  "
            f"share {percent(row.share)}  steadiness {row.steadiness:.2f}  weight {row.weight:.2f} (above "
            f"{row.weight_low:.2f})"
            for row in search.rows
        ),
    ]
