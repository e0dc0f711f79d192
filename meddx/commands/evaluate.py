"""Run `meddx evaluate`: measure a model on labelled cases, with an interval for every metric."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.commands import predictions_options
from meddx.commands.class_map import add_map_option, class_labels
from meddx.commands.image_places import image_place, record_pacs
from meddx.commands.output_file import check_output_files, output_file
from meddx.config import RESEARCH_USE, models_dir
from meddx.errors import MeddxError, Refused, without_content
from meddx.model.card import Card
from meddx.model.registry import InstalledModel, find_model
from meddx.types import JSON, Refusal
from meddx.whole_file import whole_file

if TYPE_CHECKING:  # scipy, pyarrow and TensorFlow load only when the command runs
    from meddx.evaluate.assessment import Assessment
    from meddx.evaluate.batched_inference import Outputs
    from meddx.evaluate.map_evaluation.marked_findings import MarkedFindings
    from meddx.evaluate.model_references import ModelReferences
    from meddx.evaluate.paired.comparison import Comparison
    from meddx.evaluate.predictions import Predictions
    from meddx.evaluate.sets.labelled_set import LabelledSet
    from meddx.evaluate.subgroups import Subgroups
    from meddx.export.evaluation_facts import EvaluationFacts
    from meddx.model.loading import LoadedModel

HELP = "how good a model is on labelled cases, every number with its interval"
RECORDED_FILE = "predictions-{}.parquet"
INTERVALS = ("wilson", "clopper-pearson")
WORTH_MEASURING = 500
"""Images from which on it pays to measure first what runs the model fastest, which takes seconds."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx evaluate`."""
    parser.add_argument("--model", metavar="ID", help="of an installed model; without --data its recorded predictions")
    parser.add_argument(
        "--data",
        type=image_place,
        metavar="PATH",
        help="a folder for each class, CSV, .npz, DICOM and CSV; or the URL of a CSV or a folder of a store",
    )
    parser.add_argument("--predictions", type=Path, metavar="FILE", help="scores of another system")
    add_map_option(parser, "a class of the data; again for several labels")
    parser.add_argument("--recorded", choices=("test", "validation"), default="test", help="which (default: test)")
    parser.add_argument(
        "--localisation", action="store_true", help="of boxes and masks in --data: how well the heat maps find them"
    )
    parser.add_argument("--ordered", action="store_true", help="grades, least first: adds quadratic kappa")
    parser.add_argument("--prevalence", type=float, metavar="P", help="PPV and NPV where that share has the label")
    parser.add_argument("--by", metavar="COLUMN", help="a metric in every group of this attribute: sex, age, view, ...")
    parser.add_argument("--metric", default="auroc", help="the metric of --by (default: auroc)")
    parser.add_argument("--label", help="the label of --by (default: over all labels)")
    parser.add_argument(
        "--interval", choices=INTERVALS, default=INTERVALS[0], help="of shares of one label's cases (default: wilson)"
    )
    parser.add_argument(
        "--at-specificity", type=float, default=0.9, metavar="S", help="sensitivity at this specificity (default: 0.9)"
    )
    parser.add_argument(
        "--at-sensitivity", type=float, default=0.9, metavar="S", help="specificity at this sensitivity (default: 0.9)"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="of --data: have a Ray cluster compute, as ray://HOST:10001"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="of --data: the answers so far; run again to go on")
    parser.add_argument("--csv", type=output_file, metavar="FILE", help="write a row for each case")
    parser.add_argument("--parquet", type=output_file, metavar="FILE", help="likewise")
    parser.add_argument(
        "--tables",
        type=output_file,
        metavar="FILE",
        help="write every number: .xlsx all tables and curves, .csv the metrics",
    )
    parser.add_argument("--report", type=output_file, metavar="FILE", help="write everything as one HTML file")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    predictions_options.add_options(parser)


@dataclass(frozen=True)
class EvaluatedScores:
    """The predictions of a system, to be assessed.

    quantiles: of the card, None where there is none for every label. positive: the label of interest, None where nobody
    names one. columns, notes: how a file was read, and what to check. calibrated: whether the model's card is, None for
    a file. title, cases: what was measured, on what; card: of the model. adds: what the record adds to the image.
    found_marks: how well heat maps find what is marked. chosen_on: whether thresholds were chosen on
    these same cases. reversed_from: as of ExternalPredictions.
    """

    predictions: "Predictions"
    thresholds: tuple[float, ...]
    threshold_origin: str
    exclusive: bool
    ordered: bool = False
    quantiles: tuple[float, ...] | None = None
    target_coverage: float | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    positive: str | None = None
    columns: JSON | None = None
    calibrated: bool | None = None
    notes: tuple[str, ...] = ()
    title: str = "Scores from a file"
    cases: str = "cases in the file"
    card: Card | None = None
    chosen_on: bool = False
    reversed_from: float | None = None
    adds: "Comparison | None" = None
    found_marks: "MarkedFindings | None" = None


def run(arguments: argparse.Namespace) -> int:
    """Measure, print and return 0, or 1 where some images were refused.

    Raises MeddxError for what cannot be measured.
    """
    if (arguments.predictions is None) == (arguments.model is None):
        raise MeddxError("name either --model or --predictions")
    if arguments.predictions is not None and arguments.data is not None:
        raise MeddxError("--data needs --model; --predictions brings its own labels")
    if arguments.localisation and arguments.data is None:
        raise MeddxError("--localisation needs --model and --data: a labelled set with boxes or masks")
    if arguments.data is None and (arguments.cluster is not None or arguments.keep is not None):
        raise MeddxError("--cluster and --keep need --model and --data: labelled images to compute")
    if arguments.localisation and (arguments.cluster is not None or isinstance(arguments.data, str)):
        raise MeddxError(
            "--localisation is measured on this machine alone, with a set that lies there; leave out --cluster or the "
            "URL, or measure it by itself"
        )
    if arguments.keep is not None and arguments.keep.exists() and not arguments.keep.is_dir():
        raise MeddxError("--keep names a file: give a folder, which is made where there is none")
    if arguments.prevalence is not None and not 0 < arguments.prevalence < 1:
        raise MeddxError("--prevalence must lie between 0 and 1")
    if not (0 < arguments.at_specificity <= 1 and 0 < arguments.at_sensitivity <= 1):
        raise MeddxError("--at-specificity and --at-sensitivity take a share above 0 and at most 1, such as 0.95")
    if arguments.tables is not None and arguments.tables.suffix.lower() not in (".xlsx", ".csv"):
        raise MeddxError(
            "--tables writes .xlsx (all tables) or .csv (the metrics); give a name that ends in one of these"
        )
    outputs = {f"--{name}": getattr(arguments, name) for name in ("csv", "parquet", "tables", "report")}
    check_output_files(outputs, [arguments.predictions, None if isinstance(arguments.data, str) else arguments.data])
    classes = class_labels(arguments.map)
    only_files = predictions_options.are_given(arguments)
    if arguments.predictions is not None:
        measured = _of_file(arguments, classes)
    elif only_files:
        raise MeddxError(f"{only_files} says how to read --predictions; a model needs none")
    else:
        installed = find_model(models_dir(), arguments.model)
        measured = (
            _of_record(installed, arguments.recorded, classes)
            if arguments.data is None
            else evaluate_images(
                installed,
                arguments.data,
                classes,
                localisation=arguments.localisation,
                cluster=arguments.cluster,
                keep=arguments.keep,
            )
        )
        measured = _as_asked(measured, arguments)
    _report(measured, arguments)
    return 1 if measured.refused else 0


def _as_asked(measured: EvaluatedScores, arguments: argparse.Namespace) -> EvaluatedScores:
    """Return the scores with the label of interest and the thresholds that the user names instead of the card's."""
    labels = {label.casefold(): label for label in measured.predictions.labels}
    known = ", ".join(labels.values())
    if len(arguments.positive) > 1 or any(name.casefold() not in labels for name in arguments.positive):
        raise MeddxError(f"--positive takes one of the labels {known}")
    if arguments.positive:
        measured = replace(measured, positive=labels[arguments.positive[0].casefold()])
    told = predictions_options.stated_thresholds(arguments.threshold)
    if not told:
        return measured
    thresholds = dict(zip(labels, measured.thresholds, strict=True))
    for name, value in told.items():
        label = next(iter(labels)) if not name and len(labels) == 1 else name.casefold()
        if label not in labels:
            raise MeddxError(f"--threshold takes LABEL=VALUE, LABEL one of {known}")
        thresholds[label] = value
    origin = f"--threshold for {', '.join(name or known for name in told)}; else {measured.threshold_origin}"
    return replace(measured, thresholds=tuple(thresholds.values()), threshold_origin=origin)


def _of_file(arguments: argparse.Namespace, classes: dict[str, list[str]]) -> EvaluatedScores:
    from meddx.evaluate.external_predictions import read

    if any(len(labels) > 1 for labels in classes.values()):
        raise MeddxError("a class of a predictions file stands for one label; give each name one --map")
    names = {name: labels[0] for name, labels in classes.items()}
    other = read(arguments.predictions, predictions_options.reading(arguments, names))
    return EvaluatedScores(
        other.predictions,
        other.thresholds,
        other.threshold_origin,
        other.exclusive,
        refused=other.refused,
        positive=other.positive if len(other.predictions.labels) > 1 else None,
        columns=other.columns,
        notes=other.notes,
        reversed_from=other.reversed_from,
    )


def _of_record(installed: InstalledModel, which: str, classes: dict[str, list[str]]) -> EvaluatedScores:
    from meddx.evaluate.paired.parts_alone import has_parts_alone
    from meddx.evaluate.paired.record_adds import what_the_record_adds
    from meddx.evaluate.predictions import read_predictions

    if classes:
        raise MeddxError("--map needs --data or --predictions; recorded predictions have the model's labels")
    record = installed.folder / RECORDED_FILE.format(which)
    if not record.is_file():
        raise MeddxError(
            f"{installed.card.id} has no recorded {which} predictions; measure it on labelled images (--data FOLDER)"
        )
    predictions = read_predictions(record)
    measured = _with_card(installed.card, predictions)
    adds = what_the_record_adds(installed) if which == "test" and has_parts_alone(installed) else None
    return replace(measured, cases=f"recorded {which} images", chosen_on=which == "validation", adds=adds)


def evaluate_images(
    installed: InstalledModel,
    data: Path | str,
    classes: dict[str, list[str]],
    *,
    localisation: bool = False,
    cluster: str | None = None,
    keep: Path | None = None,
) -> EvaluatedScores:
    """Return the model's predictions for the images of a labelled set, or of its URL.

    classes: the set's name of a class -> labels it stands for. localisation: whether to measure how well the heat maps
    of the model's first method find what is marked. cluster: address of a Ray cluster that computes in this machine's
    place. keep: folder of the answers so far, which are not asked for again.
    """
    from meddx.commands.progress_bar import progress_bar
    from meddx.evaluate.kept_answers import keeping
    from meddx.evaluate.label_grouping import group_labels
    from meddx.evaluate.model_references import read_model_references
    from meddx.evaluate.predict_set import predict_set
    from meddx.evaluate.sets.remote_set import RemoteCase, open_set_anywhere
    from meddx.network.film_sources import SOURCES

    grouping = group_labels(installed.card, classes)
    if grouping.merges and localisation:
        raise MeddxError("--localisation is of the model's own labels; leave out classes that stand for several")
    images, reading = open_set_anywhere(data, grouping.labels, grouping.names, SOURCES)
    if reading:
        print(reading, file=sys.stderr)
    record_pacs(case.file.url for case in images.cases if isinstance(case, RemoteCase))
    if localisation:
        from meddx.evaluate.map_evaluation.marked_findings import require_marks

        require_marks(images)
    references, loaded = read_model_references(installed.folder, installed.card), None
    detector = references.statistics
    if cluster is not None:
        outputs = _cluster_outputs(installed, cluster)
    else:
        fastest = keep is None  # what is kept goes on by the runtime that it was begun by
        outputs, loaded = _outputs(installed, references, fastest=fastest, measured=len(images) >= WORTH_MEASURING)
    if keep is not None:
        outputs = keeping(keep, installed.card, detector, outputs)
    with progress_bar() as report:
        report(0, len(images), "images")
        found = predict_set(
            outputs, grouping, images, lambda done: report(done, len(images), "images"), detector=detector
        )
    if grouping.merges:
        return EvaluatedScores(
            found.predictions,
            grouping.thresholds,
            grouping.threshold_origin,
            True,
            refused=found.refused,
            calibrated=installed.card.calibration is not None,
            title=installed.card.title,
            cases="labelled images",
        )
    measured = _with_card(installed.card, found.predictions, found.refused)
    return (
        replace(measured, found_marks=_found_marks(installed, loaded, images, found.refused))
        if localisation and loaded is not None
        else measured
    )


def _outputs(
    installed: InstalledModel, references: "ModelReferences", *, fastest: bool, measured: bool
) -> "tuple[Outputs, LoadedModel]":
    """Return what answers images on this machine, and the model that it runs.

    fastest: whether by the runtime that is the fastest here, rather than by TensorFlow with a core for each batch, as
    on the nodes of a cluster; measured: whether to find out which that is, where it is not known.
    """
    from meddx.model.tensorflow_startup import start_tensorflow, start_tensorflow_on_single_cores

    at_once = 1
    if fastest:
        start_tensorflow()
    else:
        at_once = start_tensorflow_on_single_cores()
    from meddx.engine.answer_pass import AnswerPass
    from meddx.evaluate.batched_inference import model_outputs
    from meddx.evaluate.logits_and_distances import LogitsAndDistances
    from meddx.model.loading import load_model

    loaded = load_model(installed.folder)
    answers = AnswerPass(loaded, references)
    if fastest and measured:
        try:
            answers.measure()
        except Exception as error:  # whatever a runtime raises, or a cache that cannot be written: TensorFlow answers
            print(f"Runtimes were not measured ({without_content(error)}).", file=sys.stderr)
    ask = LogitsAndDistances(loaded, references.statistics, answers.compiled() if fastest else answers.by_tensorflow())
    return partial(model_outputs, ask, loaded.card, at_once=at_once), loaded


def _cluster_outputs(installed: InstalledModel, address: str) -> "Outputs":
    """Return what answers images on a cluster."""
    from meddx.cluster.connection import cluster_at
    from meddx.cluster.model_outputs import cluster_outputs

    return partial(cluster_outputs, cluster_at(address), installed.card)


def _found_marks(
    installed: InstalledModel, loaded: "LoadedModel", images: "LabelledSet", refused: Mapping[str, Refusal]
) -> "MarkedFindings | None":
    from meddx.commands.progress_bar import progress_bar
    from meddx.evaluate.map_evaluation.marked_findings import marked_findings
    from meddx.explain.map_record import first_method, read_record

    read = images.subset([row for row, case in enumerate(images.cases) if case.id not in refused])
    method = first_method(read_record(installed.folder, installed.card))
    with progress_bar() as report:
        try:
            return marked_findings(loaded, read, method, lambda done: report(done, len(read), "heat maps"))
        except Refused as refusal:  # the metrics have been measured and are printed all the same
            reason = refusal.reason
    print(f"Heat maps were not measured. {reason}", file=sys.stderr)
    return None


def _with_card(card: Card, predictions: "Predictions", refused: Mapping[str, Refusal] | None = None) -> EvaluatedScores:
    from meddx.evaluate.label_grouping import NOT_IN_CARD

    return EvaluatedScores(
        predictions,
        card.thresholds(predictions.labels),
        f"the card of {card.id} {card.version}" if card.has_thresholds else NOT_IN_CARD.format(card.id, card.version),
        card.task == "exclusive",
        card.orders(predictions.labels),
        card.quantiles(predictions.labels),
        card.calibration.coverage if card.calibration else None,
        refused or {},
        _of_interest(card, predictions.labels),
        calibrated=card.calibration is not None,
        title=card.title,
        cases="labelled images",
        card=card,
    )


def _of_interest(card: Card, labels: Sequence[str]) -> str | None:
    """Return the first label that is not the absence of disease, of two exclusive ones; else None."""
    absent = {label.name for label in card.labels if label.absence}
    if card.task != "exclusive" or len(labels) != 2:
        return None
    return next((label.name for label in card.labels if label.name not in absent), None)


def _report(measured: EvaluatedScores, arguments: argparse.Namespace) -> None:
    from meddx.evaluate.assessment import assess
    from meddx.evaluate.case_table import per_case, write_table
    from meddx.evaluate.cautions import NOT_CALIBRATED, cautions
    from meddx.evaluate.json_document import evaluation_document
    from meddx.evaluate.paired.difference_rows import difference_row
    from meddx.evaluate.paired.record_adds import added_sentences, of_the_fusion

    predictions, thresholds = measured.predictions, measured.thresholds
    found = assess(
        predictions,
        thresholds,
        measured.exclusive,
        ordered=arguments.ordered or measured.ordered,
        prevalence=arguments.prevalence,
        positive=measured.positive,
        proportions=arguments.interval,
    )
    facts = _facts(measured, found, arguments)
    warnings = (*measured.notes, *cautions(found.per_label), *facts.cautions)
    groups = _subgroups(measured, arguments) if arguments.by else None
    for path in filter(None, (arguments.csv, arguments.parquet)):
        rows = per_case(
            predictions,
            thresholds,
            measured.exclusive,
            quantiles=measured.quantiles,
            refused=measured.refused,
            threshold_origin=measured.threshold_origin,
        )
        write_table(rows, path)
    _write(facts, arguments)
    for case, why in measured.refused.items():
        print(f"{case}: refused ({why.rule}). {why.reason}", file=sys.stderr)
    if arguments.json:
        shape = evaluation_document(
            found,
            measured.threshold_origin,
            refused=measured.refused,
            sets=facts.sets,
            groups=groups,
            details=facts.details,
            reversed_from=facts.reversed_from,
            unlike=facts.unlike,
        )
        shape["warnings"] = list(warnings)
        shape["calibrated"] = measured.calibrated
        if measured.columns is not None:
            shape["columns"] = measured.columns
        if measured.adds is not None:
            shape["parts_alone"] = [difference_row(one) for one in of_the_fusion(measured.adds)]
        if measured.found_marks is not None:
            shape["localisation"] = measured.found_marks.document
        print(json.dumps(shape, indent=2, allow_nan=False))
        return
    from meddx.commands.evaluate_output import print_evaluation, print_localisation
    from meddx.evaluate.external_predictions.describe import sentence

    if measured.columns is not None:
        print(sentence(measured.columns))
    for warning in warnings:
        print(f"Warning: {warning}")
    if measured.calibrated is False:
        print(NOT_CALIBRATED)
    print_evaluation(facts, groups)
    for sentence_ in added_sentences(measured.adds) if measured.adds else ():
        print(sentence_)
    if measured.found_marks is not None:
        print_localisation(measured.found_marks)
    print(RESEARCH_USE, file=sys.stderr)


def _facts(measured: EvaluatedScores, found: "Assessment", arguments: argparse.Namespace) -> "EvaluationFacts":
    from meddx.export.evaluation_facts import EvaluationFacts

    titles = {label.name: label.title for label in measured.card.labels} if measured.card else {}
    return EvaluationFacts(
        title=measured.title,
        cases=measured.cases,
        predictions=measured.predictions,
        assessment=found,
        titles={label: titles.get(label, label) for label in found.labels},
        threshold_origin=measured.threshold_origin,
        card=measured.card,
        chosen_on=measured.chosen_on,
        refused=measured.refused,
        quantiles=measured.quantiles,
        target_coverage=measured.target_coverage,
        proportions=arguments.interval,
        reversed_from=measured.reversed_from,
        specificity=arguments.at_specificity,
        sensitivity=arguments.at_sensitivity,
    )


def _write(facts: "EvaluationFacts", arguments: argparse.Namespace) -> None:
    """Write the files of numbers that are asked for."""
    if arguments.report is not None:
        from meddx.export.evaluation_report import evaluation_report

        with whole_file(arguments.report) as file:
            file.write_text(evaluation_report(facts), encoding="utf-8")
    if arguments.tables is not None:
        from meddx.export.data_tables import evaluation_tables, metrics_table
        from meddx.export.spreadsheets import table_csv, xlsx_bytes

        with whole_file(arguments.tables) as file:
            if arguments.tables.suffix.lower() == ".xlsx":
                file.write_bytes(xlsx_bytes(evaluation_tables(facts)))
            else:
                file.write_text(table_csv(metrics_table(facts)), encoding="utf-8", newline="")


def _subgroups(measured: EvaluatedScores, arguments: argparse.Namespace) -> "Subgroups":
    from meddx.evaluate import metric_registry
    from meddx.evaluate.subgroups import subgroups

    predictions = measured.predictions
    if arguments.by not in predictions.attributes:
        known = ", ".join(predictions.attributes) or "none"
        raise MeddxError(f"nothing is known of the cases by the name {arguments.by!r:.80}; there is: {known}")
    if arguments.label is not None and arguments.label not in predictions.labels:
        raise MeddxError(f"{arguments.label!r:.80} is none of the labels {', '.join(predictions.labels)}")
    if arguments.metric not in metric_registry.in_groups():
        known = ", ".join(metric_registry.in_groups())
        raise MeddxError(f"{arguments.metric!r:.80} is no metric that groups are compared in; --metric takes: {known}")
    return subgroups(
        predictions,
        arguments.by,
        measured.thresholds,
        measured.exclusive,
        metric=arguments.metric,
        label=arguments.label,
    )
