"""`meddx evaluate`: how good a model is on labelled cases, every number with its interval."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.config import RESEARCH_USE, models_dir
from meddx.errors import MeddxError
from meddx.model.card import Card
from meddx.model.registry import InstalledModel, find_model
from meddx.types import Refusal

if TYPE_CHECKING:  # scipy, pyarrow and TensorFlow load only when the command runs
    from meddx.evaluate.predictions import Predictions
    from meddx.evaluate.subgroups import Subgroups

HELP = "how good a model is on labelled cases, every number with its interval"
RECORDED_FILE = "predictions-{}.parquet"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `meddx evaluate`."""
    parser.add_argument("--model", metavar="ID", help="of an installed model; without --data its recorded predictions")
    parser.add_argument("--data", type=Path, metavar="PATH", help="a folder for each class, CSV, .npz, DICOM and CSV")
    parser.add_argument("--predictions", type=Path, metavar="FILE", help="scores of another system, CSV or Parquet")
    parser.add_argument(
        "--map", action="append", default=[], metavar="NAME=LABEL", help="a class of the data; again for several labels"
    )
    parser.add_argument("--recorded", choices=("test", "validation"), default="test", help="which (default: test)")
    parser.add_argument("--ordered", action="store_true", help="grades, least first: adds quadratic kappa")
    parser.add_argument("--prevalence", type=float, metavar="P", help="PPV and NPV where that share has the label")
    parser.add_argument("--by", metavar="COLUMN", help="a metric in every group of this attribute: sex, age, view, ...")
    parser.add_argument("--metric", default="auroc", help="the metric of --by (default: auroc)")
    parser.add_argument("--label", help="the label of --by (default: over all labels)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a row for each case")
    parser.add_argument("--parquet", type=Path, metavar="FILE", help="likewise")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


@dataclass(frozen=True)
class EvaluatedScores:
    """What a system said, to be assessed. quantiles: of the card, None where there is none for every label."""

    predictions: "Predictions"
    thresholds: tuple[float, ...]
    threshold_origin: str
    exclusive: bool
    ordered: bool = False
    quantiles: tuple[float, ...] | None = None
    promised: float | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 where some images were refused. Raises MeddxError for what cannot be measured."""
    if (arguments.predictions is None) == (arguments.model is None):
        raise MeddxError("name either --model or --predictions")
    if arguments.predictions is not None and arguments.data is not None:
        raise MeddxError("--data needs --model; --predictions brings its own labels")
    if arguments.prevalence is not None and not 0 < arguments.prevalence < 1:
        raise MeddxError("--prevalence must lie between 0 and 1")
    classes = _classes(arguments.map)
    if arguments.predictions is not None:
        measured = _of_file(arguments.predictions, classes)
    else:
        installed = find_model(models_dir(), arguments.model)
        measured = (
            _of_record(installed, arguments.recorded, classes)
            if arguments.data is None
            else evaluate_images(installed, arguments.data, classes)
        )
    _report(measured, arguments)
    return 1 if measured.refused else 0


def _classes(given: Sequence[str]) -> dict[str, list[str]]:
    """The data's name of a class -> labels it stands for."""
    classes: dict[str, list[str]] = {}
    for one in given:
        name, separator, label = one.partition("=")
        if not (separator and name and label):
            raise MeddxError("--map takes NAME=LABEL, the data's name of a class and the model's label")
        classes.setdefault(name, []).append(label)
    return classes


def _of_file(path: Path, classes: dict[str, list[str]]) -> EvaluatedScores:
    from meddx.evaluate.external_predictions import read_any

    if any(len(labels) > 1 for labels in classes.values()):
        raise MeddxError("a class of a predictions file stands for one label; give each name one --map")
    other = read_any(path, names={name: labels[0] for name, labels in classes.items()})
    return EvaluatedScores(other.predictions, other.thresholds, other.threshold_origin, other.exclusive)


def _of_record(installed: InstalledModel, which: str, classes: dict[str, list[str]]) -> EvaluatedScores:
    from meddx.evaluate.predictions import read_predictions

    if classes:
        raise MeddxError("--map needs --data or --predictions; recorded predictions have the model's labels")
    predictions = read_predictions(installed.folder / RECORDED_FILE.format(which))
    return _with_card(installed.card, predictions)


def evaluate_images(installed: InstalledModel, path: Path, classes: dict[str, list[str]]) -> EvaluatedScores:
    """What the model says of a labelled set's images. classes: the set's name of a class -> labels it stands for."""
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from rich.console import Console
    from rich.progress import track

    from meddx.evaluate.label_grouping import group_labels
    from meddx.evaluate.predict_set import predict_set
    from meddx.evaluate.sets.open_set import open_set
    from meddx.explain.methods.compiled_passes import Logits
    from meddx.model.loading import load_model

    grouping = group_labels(installed.card, classes)
    images = open_set(path, grouping.labels, grouping.names)
    ask = Logits(load_model(installed.folder).network)
    bar = iter(track(range(len(images)), "images", console=Console(stderr=True)))

    def done(images_done: int, told: list[int] = [0]) -> None:  # noqa: B006
        for _ in range(images_done - told[0]):
            next(bar, None)
        told[0] = images_done

    found = predict_set(ask, grouping, images, done)
    next(bar, None)
    if grouping.merges:
        return EvaluatedScores(
            found.predictions, grouping.thresholds, grouping.threshold_origin, True, refused=found.refused
        )
    return _with_card(installed.card, found.predictions, found.refused)


def _with_card(card: Card, predictions: "Predictions", refused: Mapping[str, Refusal] | None = None) -> EvaluatedScores:
    of = {label.name: label for label in card.labels}
    labels = [of[name] for name in predictions.labels]
    return EvaluatedScores(
        predictions,
        tuple(label.threshold for label in labels),
        f"the card of {card.id} {card.version}",
        card.task == "exclusive",
        card.orders(predictions.labels),
        tuple(label.conformal_quantile for label in labels),
        card.calibration.coverage,
        refused or {},
    )


def _report(measured: EvaluatedScores, arguments: argparse.Namespace) -> None:
    from meddx.evaluate.assessment import assess
    from meddx.evaluate.case_table import per_case, write_table
    from meddx.evaluate.json_document import evaluation_document
    from meddx.evaluate.prediction_sets import prediction_sets

    predictions, thresholds = measured.predictions, measured.thresholds
    found = assess(
        predictions,
        thresholds,
        measured.exclusive,
        ordered=arguments.ordered or measured.ordered,
        prevalence=arguments.prevalence,
    )
    sets = prediction_sets(predictions, measured.quantiles, measured.promised) if measured.quantiles else None
    groups = _subgroups(measured, arguments) if arguments.by else None
    for path in filter(None, (arguments.csv, arguments.parquet)):
        rows = per_case(
            predictions, thresholds, measured.exclusive, quantiles=measured.quantiles, refused=measured.refused
        )
        write_table(rows, path)
    for case, why in measured.refused.items():
        print(f"{case}: refused ({why.rule}). {why.reason}", file=sys.stderr)
    if arguments.json:
        shape = evaluation_document(
            found, measured.threshold_origin, refused=measured.refused, sets=sets, groups=groups
        )
        print(json.dumps(shape, indent=2))
        return
    from meddx.commands.evaluate_output import print_evaluation

    print_evaluation(found, measured.threshold_origin, len(measured.refused), sets, groups)
    print(RESEARCH_USE, file=sys.stderr)


def _subgroups(measured: EvaluatedScores, arguments: argparse.Namespace) -> "Subgroups":
    from meddx.evaluate import metric_registry
    from meddx.evaluate.subgroups import subgroups

    predictions = measured.predictions
    if arguments.by not in predictions.attributes:
        known = ", ".join(predictions.attributes) or "none"
        raise MeddxError(f"nothing is known of the cases by the name {arguments.by!r:.80}; there is: {known}")
    if arguments.label is not None and arguments.label not in predictions.labels:
        raise MeddxError(f"{arguments.label!r:.80} is none of the labels {', '.join(predictions.labels)}")
    if arguments.metric not in metric_registry.of_a_label():
        known = ", ".join(metric_registry.of_a_label())
        raise MeddxError(f"{arguments.metric!r:.80} is no metric that groups are compared in; --metric takes: {known}")
    return subgroups(
        predictions,
        arguments.by,
        measured.thresholds,
        measured.exclusive,
        metric=arguments.metric,
        label=arguments.label,
    )
