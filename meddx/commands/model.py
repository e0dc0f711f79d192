"""Run `meddx model`: add one's own model, check it, calibrate it on local cases, hand it on, remove it."""

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from meddx.audit.record import record
from meddx.commands.class_map import add_map_option, class_map
from meddx.commands.model_output import print_added, print_checks
from meddx.commands.model_questions import answered, chosen_preprocessing, parse_size
from meddx.config import models_dir
from meddx.errors import MeddxError, Refused
from meddx.model.importing.found_model import ChannelOrder, Resize, Scaling
from meddx.types import JSON

if TYPE_CHECKING:  # TensorFlow loads only when the command runs
    from meddx.audit.entry import AuditEvent
    from meddx.install.add_model import AddedModel
    from meddx.install.choices import AddChoices
    from meddx.install.local_cases import LocalCases
    from meddx.model.card import Card

HELP = "add your own model from its Keras file; check, recalibrate, export or remove one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `meddx model` with their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="install a .keras or .h5 file, a SavedModel, or what `model export` wrote")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--id", help="name of its folder (default: from the file's name)")
    add.add_argument("--title", help="for readers (default: the id)")
    add.add_argument("--labels", metavar="A,B,C", help="in the order of the outputs; of one output: absent,present")
    add.add_argument("--positive", metavar="NAME", help="the label of a single output")
    add.add_argument("--head", metavar="NAME", help="the output to use, where there are several")
    add.add_argument("--task", choices=("exclusive", "multilabel"), help="for outputs without activation")
    add.add_argument("--size", metavar="HxW", help="of the input, where the file leaves it open")
    add.add_argument("--scaling", choices=get_args(Scaling), help="how the input was scaled in training")
    add.add_argument("--channels", choices=get_args(ChannelOrder), help="order of the colours in training")
    add.add_argument("--resize", choices=get_args(Resize), help="how images were brought to size")
    _add_set_options(add, required=False)
    add.add_argument("--yes", action="store_true", help="take every proposal: labels, size, best preprocessing")
    check = actions.add_parser("check", help="whether it repeats, explains as tf-keras-vis does, tells the labels")
    check.add_argument("id", metavar="ID")
    _add_set_options(check, required=False)
    recalibrate = actions.add_parser("recalibrate", help="a new version, calibrated on local cases")
    recalibrate.add_argument("id", metavar="ID")
    _add_set_options(recalibrate, required=True)
    export = actions.add_parser("export", help="one ZIP file that `model add` takes anywhere")
    export.add_argument("id", metavar="ID")
    export.add_argument("--out", type=Path, metavar="PATH", help="file or folder (default: here)")
    remove = actions.add_parser("remove", help="delete its folder")
    remove.add_argument("id", metavar="ID")
    remove.add_argument("--yes", action="store_true", help="without asking")
    for action in (add, check, recalibrate, export, remove):
        action.add_argument("--models", type=Path, metavar="DIR", help="folder of models")
        action.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def _add_set_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="SET",
        required=required,
        help="labelled: a folder for each class, CSV, .npz",
    )
    add_map_option(parser)
    parser.add_argument("--set-name", metavar="NAME", help="of the set, for the card: where and on whom")
    parser.add_argument(
        "--thresholds", default="youden", metavar="RULE", help="youden, sensitivity 0.95, specificity 0.9, cost 5"
    )
    parser.add_argument("--coverage", type=float, default=0.9, metavar="P", help="of prediction sets (default: 0.9)")
    parser.add_argument("--seed", type=int, default=0, help="of the split by patient")


def run(arguments: argparse.Namespace) -> int:
    """Run the action and return 0, or 1 where images of the set were left out or a check failed.

    Raises MeddxError for what cannot be done.
    """
    models: Path = arguments.models or models_dir()
    if arguments.action in ("export", "remove"):
        return _export(arguments, models) if arguments.action == "export" else _remove(arguments, models)
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    if arguments.action == "add":
        return _add(arguments, models)
    return _check(arguments, models) if arguments.action == "check" else _recalibrate(arguments, models)


def _add(arguments: argparse.Namespace, models: Path) -> int:
    from meddx.commands.progress_bar import progress_bar
    from meddx.install.add_model import add_model, check_new
    from meddx.install.exported_model import add_exported, is_exported

    if not arguments.file.exists():
        raise Refused("no-file", f"{arguments.file} does not exist; name the model's file.")
    if is_exported(arguments.file):
        card = add_exported(arguments.file, models, arguments.id)
        _record("model-added", card)
        _print(arguments, {"id": card.id, "version": card.version, "folder": str(models / card.id)},
               f"{models / card.id}: {card.title} {card.version} is installed.")  # fmt: skip
        return 0
    check_new(arguments.file, arguments.id, models)
    choices = answered(arguments.file, _choices(arguments), arguments.yes)
    with progress_bar() as progress:
        choices, compared = chosen_preprocessing(arguments.file, choices, arguments.yes, progress)
    with progress_bar() as progress:
        added = add_model(arguments.file, choices, models, progress, compared)
    _record("model-added", added.card)
    return _report(added, arguments)


def _check(arguments: argparse.Namespace, models: Path) -> int:
    from dataclasses import asdict

    from meddx.commands.progress_bar import progress_bar
    from meddx.install.recalibrate import check_model

    with progress_bar() as progress:
        checks = check_model(arguments.id, models, _local(arguments), progress)
    if arguments.json:
        print(json.dumps({"id": arguments.id, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        print_checks(checks)
    return 1 if any(check.verdict == "failed" for check in checks) else 0


def _recalibrate(arguments: argparse.Namespace, models: Path) -> int:
    from meddx.commands.progress_bar import progress_bar
    from meddx.install.recalibrate import recalibrate

    local = _local(arguments)
    if local is None:
        raise MeddxError("model recalibrate needs --data")
    with progress_bar() as progress:
        added = recalibrate(arguments.id, local, models, progress)
    _record("model-added", added.card, "recalibrated")
    return _report(added, arguments)


def _export(arguments: argparse.Namespace, models: Path) -> int:
    from meddx.install.export_model import export_model

    path = export_model(arguments.id, models, arguments.out)
    _print(arguments, {"id": arguments.id, "file": str(path)}, str(path))
    return 0


def _remove(arguments: argparse.Namespace, models: Path) -> int:
    from meddx.install.export_model import remove_model
    from meddx.model.registry import find_model

    card = find_model(models, arguments.id).card
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise MeddxError(f"model remove deletes {models / card.id} for good; type --yes to do so")
        print(f"Delete {models / card.id} ({card.title} {card.version}) for good? [y/N] ", end="", file=sys.stderr)
        if input().strip().casefold() not in ("y", "yes"):
            raise MeddxError("nothing was removed")
    remove_model(card.id, models)
    _record("model-removed", card)
    _print(arguments, {"id": card.id, "removed": True}, f"{card.id} was removed.")
    return 0


def _record(event: "AuditEvent", card: "Card", detail: str = "") -> None:
    record(event, who=getpass.getuser(), subject=f"{card.id} {card.version}", detail=detail)


def _choices(arguments: argparse.Namespace) -> "AddChoices":
    from meddx.install.choices import AddChoices
    from meddx.install.threshold_rules import parse_threshold_rule

    labels = [label.strip() for label in (arguments.labels or "").split(",")]
    return AddChoices(
        id=arguments.id,
        title=arguments.title,
        labels=tuple(labels) if arguments.labels else (),
        positive=arguments.positive,
        head=arguments.head,
        exclusive=None if arguments.task is None else arguments.task == "exclusive",
        input=None if arguments.size is None else parse_size(arguments.size),
        scaling=arguments.scaling,
        resize=arguments.resize,
        channel_order=arguments.channels,
        data=arguments.data,
        classes=class_map(arguments.map),
        set_name=arguments.set_name,
        rule=parse_threshold_rule(arguments.thresholds),
        coverage=_coverage(arguments.coverage),
        seed=arguments.seed,
    )


def _local(arguments: argparse.Namespace) -> "LocalCases | None":
    from meddx.install.local_cases import LocalCases
    from meddx.install.threshold_rules import parse_threshold_rule

    if arguments.data is None:
        return None
    return LocalCases(
        arguments.data,
        class_map(arguments.map),
        arguments.set_name,
        parse_threshold_rule(arguments.thresholds),
        _coverage(arguments.coverage),
        arguments.seed,
    )


def _coverage(value: float) -> float:
    if not 0.5 <= value < 1:
        raise MeddxError("--coverage must be at least 0.5 and below 1")
    return value


def _report(added: "AddedModel", arguments: argparse.Namespace) -> int:
    from meddx.install.import_report import report_json

    card = added.card
    if arguments.json:
        shape: JSON = {
            "id": card.id,
            "version": card.version,
            "folder": str(added.folder),
            "labels": [label.name for label in card.labels],
            "calibrated": card.calibration is not None,
            "thresholds": {label.name: label.threshold for label in card.labels if label.threshold is not None},
            "input": card.input.model_dump(),
            "metrics": [metric.model_dump() for metric in card.metrics],
            "report": report_json(added.report),
        }
        print(json.dumps(shape, indent=2, allow_nan=False))
    else:
        print_added(added)
    failed = any(check.verdict == "failed" for check in added.report.checks)
    return 1 if added.report.refused or failed else 0


def _print(arguments: argparse.Namespace, shape: JSON, sentence: str) -> None:
    print(json.dumps(shape, indent=2) if arguments.json else sentence)
