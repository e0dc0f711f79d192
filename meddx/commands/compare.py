"""Run `meddx compare`: compare several systems on the same cases, with tests of the differences."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.commands import predictions_options
from meddx.commands.class_map import add_map_option, class_map
from meddx.commands.compare_output import print_comparison
from meddx.commands.output_file import check_output_files, output_file
from meddx.config import models_dir
from meddx.errors import MeddxError
from meddx.evaluate.cautions import cautions
from meddx.evaluate.class_names import class_of_interest
from meddx.evaluate.external_predictions import ExternalPredictions, read
from meddx.evaluate.external_predictions.describe import sentence
from meddx.evaluate.paired.alignment import Aligned, align
from meddx.evaluate.paired.comparison import SPECIFICITY, Comparison, compare
from meddx.evaluate.paired.comparison_json import comparison_document
from meddx.evaluate.paired.consensus import with_consensus
from meddx.evaluate.paired.csv_tables import write_differences
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.parts_alone import parts_alone
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import (
    recorded_system,
    systems_from_external,
    validation_systems,
    with_distinct_ids,
)
from meddx.evaluate.paired.version_replacement import replacements
from meddx.evaluate.threshold_free import threshold_free
from meddx.model.registry import InstalledModel, ModelFolder, find_model, installed_card, list_models
from meddx.whole_file import whole_file

if TYPE_CHECKING:
    from meddx.export.comparison_report import ComparedSystems

HELP = "which of several systems is better on the same cases, and is the difference real"
CONSENSUS = ("mean", "majority")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx compare`."""
    parser.add_argument(
        "--models",
        type=_listed,
        default=[],
        metavar="A,B",
        help="ids of `meddx models`, 'ID VERSION' of an earlier version's record, or folders of other versions",
    )
    parser.add_argument("--predictions", type=_listed, default=[], metavar="FILE,FILE", help="scores of other systems")
    parser.add_argument("--data", type=Path, metavar="PATH", help="ask the models about this set, not their records")
    parser.add_argument(
        "--parts", action="store_true", help="beside each model: what its image alone, and its record alone, say"
    )
    add_map_option(parser, "labels that mean the same")
    parser.add_argument(
        "--consensus", type=_listed, default=[], metavar="mean,majority", help="all together as one more system"
    )
    parser.add_argument("--metric", default="auroc", help="the metric of --margin and of the sentence (default auroc)")
    parser.add_argument("--label", help="the label of --margin and of the sentence; default: over all labels")
    parser.add_argument("--margin", type=float, help="non-inferiority margin, in the metric's units")
    parser.add_argument(
        "--specificity", type=float, default=SPECIFICITY, help="where sensitivities are matched (default 0.9)"
    )
    parser.add_argument("--csv", type=output_file, metavar="FILE", help="write every difference as a row")
    parser.add_argument("--tables", type=output_file, metavar="FILE.xlsx", help="likewise as an Excel workbook")
    parser.add_argument("--report", type=output_file, metavar="FILE", help="write everything as one HTML file")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    predictions_options.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare the systems and return 0, or 1 where some images were refused.

    Raises MeddxError for systems that cannot be compared, with the reason.
    """
    _check(arguments)
    outputs = {f"--{name}": getattr(arguments, name) for name in ("csv", "tables", "report")}
    check_output_files(outputs, [arguments.data, *map(Path, arguments.predictions)])
    renamed = class_map(arguments.map)
    models = [_model(name) for name in arguments.models]
    asked = _Asked([], 0) if arguments.data is None else _asked(_with_weights(models), arguments.data, renamed)
    of_models = [recorded_system(model) for model in models] if arguments.data is None else asked.systems
    parts = [system for model in models for system in parts_alone(model)] if arguments.parts else []
    options = predictions_options.reading(arguments, renamed)
    read_files = [(Path(name).stem, read(Path(name), options)) for name in arguments.predictions]
    files = [system for name, other in read_files for system in systems_from_external(name, other)]
    held_out = validation_systems(models) if len(models) > 1 else None
    aligned = with_consensus(
        align(with_distinct_ids([*of_models, *parts, *files]), renamed),
        held_out if not files and not parts else None,
        mean="mean" in arguments.consensus,
        majority="majority" in arguments.consensus,
    )
    found = compare(aligned, specificity=arguments.specificity)
    chosen = _chosen(found, arguments.metric, arguments.label or _of_interest(aligned, arguments.positive))
    warnings = _warnings(read_files, files)
    refused = {case: why for _, other in read_files for case, why in other.refused.items()}
    for case, why in refused.items():
        print(f"{case}: refused ({why.rule}). {why.reason}", file=sys.stderr)
    if arguments.csv:
        with whole_file(arguments.csv) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            write_differences(file, found.differences)
    if arguments.tables:
        from meddx.export.data_tables import difference_tables
        from meddx.export.spreadsheets import xlsx_bytes

        with whole_file(arguments.tables) as workbook:
            workbook.write_bytes(xlsx_bytes(difference_tables(found.differences)))
    if arguments.report:
        from meddx.export.comparison_report import comparison_report

        written = comparison_report(_compared(found, chosen, arguments.margin, held_out, models))
        with whole_file(arguments.report) as report:
            report.write_text(written, encoding="utf-8")
    if arguments.json:
        moved = replacements(aligned, held_out)
        shape = comparison_document(found, quoted=chosen, margin=arguments.margin, replacements=moved)
        if read_files:
            shape["warnings"] = warnings
            shape["columns"] = {name: other.columns for name, other in read_files}
        print(json.dumps(shape, indent=2))
    else:
        for name, other in read_files:
            print(f"{name}: {sentence(other.columns)}")
        for warning in warnings:
            print(f"Warning: {warning}")
        print_comparison(found, chosen, arguments.margin)
    return 1 if asked.refused or refused else 0


def _check(arguments: argparse.Namespace) -> None:
    """Raise MeddxError for options that contradict themselves or each other."""
    if not 0 < arguments.specificity < 1:
        raise MeddxError("--specificity must lie between 0 and 1")
    if not set(arguments.consensus) <= set(CONSENSUS):
        raise MeddxError("--consensus takes mean, majority or both")
    if arguments.parts and (arguments.data is not None or not arguments.models):
        raise MeddxError("--parts compares what is recorded of --models; leave --data out")
    if arguments.tables is not None and arguments.tables.suffix.lower() != ".xlsx":
        raise MeddxError("--tables writes an Excel workbook; give a name that ends in .xlsx")


def _warnings(read_files: Sequence[tuple[str, ExternalPredictions]], systems: Sequence[System]) -> list[str]:
    """Return notes on how files were read and warnings of scores that look reversed."""
    notes = [f"{name}: {note}" for name, other in read_files for note in other.notes]
    reversed_ = [
        f"{system.id}: {caution}"
        for system in systems
        if system.scored
        for caution in cautions(threshold_free(system.predictions, system.exclusive).per_label)
    ]
    return notes + reversed_


def _of_interest(aligned: Aligned, positive: Sequence[str]) -> str | None:
    """Return the label that the user names, or of two exclusive labels the one that is not the normal one."""
    named = {label.casefold(): label for label in aligned.labels}
    if positive and positive[0].casefold() in named:
        return named[positive[0].casefold()]
    return class_of_interest(aligned.labels) if aligned.exclusive else None


def _model(name: str) -> ModelFolder:
    """Return the model of an id, of an id with an earlier version, or of a folder that is not installed."""
    folder = Path(name)
    if folder.is_dir():
        return InstalledModel(folder, installed_card(folder))
    earlier = {one.name: one for one in list_models(models_dir()).earlier}
    return earlier[name] if name in earlier else find_model(models_dir(), name)


def _with_weights(models: Sequence[ModelFolder]) -> list[InstalledModel]:
    records = [model.card for model in models if not isinstance(model, InstalledModel)]
    if records:
        raise MeddxError(f"{records[0].id} {records[0].version} is a record without weights: it cannot be asked")
    return [model for model in models if isinstance(model, InstalledModel)]


@dataclass(frozen=True)
class _Asked:
    systems: list[System]
    refused: int


def _asked(models: Sequence[InstalledModel], data: Path, renamed: dict[str, str]) -> _Asked:
    """Return the predictions of the models on a labelled set.

    renamed: the set's name of a class -> label.
    """
    from meddx.commands.evaluate import evaluate_images

    systems, refused = [], 0
    for model in models:
        card = model.card
        own = {label.name.casefold() for label in card.labels}
        found = evaluate_images(
            model, data, {name: [label] for name, label in renamed.items() if label.casefold() in own}
        )
        codes = {label.name: (label.code.scheme, label.code.value) for label in card.labels if label.code}
        systems.append(
            System(
                card.id,
                card.title,
                "model",
                found.predictions,
                found.thresholds,
                tuple(codes.get(label) for label in found.predictions.labels),
                found.exclusive,
                parameters=card.weights.parameters,
                version=card.version,
                is_calibrated=card.calibration is not None,
            )
        )
        for case, why in found.refused.items():
            print(f"{card.id}, {case}: refused ({why.rule}). {why.reason}", file=sys.stderr)
        refused += len(found.refused)
    return _Asked(systems, refused)


def _compared(
    found: Comparison,
    chosen: Sequence[PairedDifference],
    margin: float | None,
    held_out: Aligned | None,
    models: Sequence[ModelFolder],
) -> "ComparedSystems":
    from meddx.export.comparison_report import ComparedSystems

    first = models[0].card if models else None
    titles = {label.name: label.title for label in first.labels} if first else {}
    return ComparedSystems(
        found,
        titles={label: titles.get(label, label) for label in found.aligned.labels},
        quoted=chosen,
        margin=margin,
        replacements=tuple(replacements(found.aligned, held_out)),
        cards=[model.card for model in models],
    )


def _chosen(found: Comparison, metric: str, label: str | None) -> list[PairedDifference]:
    if label is None and len(found.aligned.labels) == 1:
        label = found.aligned.labels[0]
    chosen = [one for one in found.differences if (one.metric, one.label) == (metric, label)]
    if not chosen:
        known = ", ".join(sorted({one.metric for one in found.differences}))
        labels = ", ".join(found.aligned.labels)
        raise MeddxError(
            f"nothing is compared in {metric!r} for {label or 'all labels'!r}; metrics: {known}; labels: {labels}"
        )
    return chosen


def _listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part]
