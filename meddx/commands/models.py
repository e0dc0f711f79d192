"""Run `meddx models`: list the installed models from their cards."""

import argparse
import json
import sys
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from meddx.config import RESEARCH_USE, models_dir
from meddx.errors import MeddxError
from meddx.model.card import Card
from meddx.model.inference.evidence import TENSORFLOW, evidence_of
from meddx.model.registry import list_models, none_installed
from meddx.types import JSON

HELP = "what is installed, from the cards"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx models`."""
    parser.add_argument("--dir", type=Path, metavar="DIR", help="folder of models; default MEDDX_MODELS or models/")
    parser.add_argument(
        "--load",
        action="store_true",
        help="also load every network, as the engine does, and measure once what runs it fastest",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Print the models and return 0, or 1 when a folder is no usable model.

    Each such folder is named on stderr. Raises MeddxError where there is no folder of models.
    """
    directory: Path = arguments.dir or models_dir()
    if not directory.is_dir():
        raise MeddxError(none_installed(directory))
    installed = list_models(directory)
    refused = _loaded(directory) if arguments.load else installed.refused
    cards = installed.cards.values()
    if arguments.json:
        print(json.dumps([model_json(card) for card in cards], indent=2))
    else:
        _print_table(list(cards))
    if not cards:
        print(f"meddx models: {none_installed(directory)}", file=sys.stderr)
    for folder, reason in refused.items():
        print(f"meddx models: {folder} refused: {reason}", file=sys.stderr)
    return 1 if refused else 0


def _loaded(directory: Path) -> dict[str, str]:
    """Return folder name -> why it cannot be used, after loading all that can."""
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from meddx.engine.service import Service

    service = Service(directory)
    try:
        service.warm()
        return service.status().failed
    finally:
        service.close()


def model_json(card: Card) -> JSON:
    """Return the JSON description of one model."""
    return {
        "id": card.id,
        "version": card.version,
        "title": card.title,
        "labels": [label.name for label in card.labels],
        "task": card.task,
        "synthetic": card.synthetic,
        "modality": list(card.accepts.modality),
        "input": card.input.model_dump(),
        "sha256": card.weights.sha256,
        "parameters": card.weights.parameters,
    }


def _print_table(cards: list[Card]) -> None:
    table = Table(
        Column("id", no_wrap=True), "version", "title", "labels", "modality", "input", "parameters", "run by", box=None
    )
    for card in cards:
        size = f"{card.input.height}x{card.input.width}x{card.input.channels}"
        labels = ", ".join(label.name for label in card.labels)
        modality = ", ".join(card.accepts.modality) or "any"
        table.add_row(
            card.id, card.version, card.title, labels, modality, size, f"{card.weights.parameters:,}", _run_by(card)
        )
    # A pipe has no width, and rich would fold every title into 80 columns.
    console = Console() if sys.stdout.isatty() else Console(width=200)
    if cards:
        console.print(table)
    if find_spec("onnxruntime") is None:
        console.print("Faster answers on most processors: pip install -r requirements-fast.txt", style="dim")
    console.print(RESEARCH_USE, style="dim")


def _run_by(card: Card) -> str:
    """Return the runtime that was chosen on this machine, and how much faster than TensorFlow it was with one image."""
    evidence = evidence_of(card.weights.sha256)
    if evidence is None or evidence.chosen == TENSORFLOW:
        return TENSORFLOW
    taken = evidence.milliseconds[1]
    return f"{evidence.chosen}, {taken[TENSORFLOW] / taken[evidence.chosen]:.1f} times as fast"
