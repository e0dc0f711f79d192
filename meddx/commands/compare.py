"""`meddx compare`: which of several systems is better on the same cases, and is the difference real."""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from meddx.config import RESEARCH_USE, models_dir
from meddx.errors import MeddxError
from meddx.evaluate.assessment import Numbers, assess
from meddx.evaluate.paired.alignment import Aligned, align
from meddx.evaluate.paired.compare import SPECIFICITY, Comparison, compare
from meddx.evaluate.paired.difference import Difference
from meddx.evaluate.paired.noninferiority import non_inferiority
from meddx.evaluate.paired.rows import COLUMNS, number, row
from meddx.evaluate.paired.sentence import CAVEAT, of_margin, p_words, quoted
from meddx.evaluate.paired.sources import distinct, from_file, recorded
from meddx.evaluate.paired.system import System
from meddx.model.registry import find_model
from meddx.types import JSON

HELP = "which of several systems is better on the same cases, and is the difference real"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `meddx compare`."""
    parser.add_argument("--models", type=_listed, default=[], metavar="A,B", help="two or more of `meddx models`")
    parser.add_argument(
        "--predictions", type=_listed, default=[], metavar="FILE,FILE", help="scores of other systems, CSV or Parquet"
    )
    parser.add_argument("--map", action="append", default=[], metavar="NAME=LABEL", help="labels that mean the same")
    parser.add_argument("--metric", default="auroc", help="the metric of --margin and of the sentence (default auroc)")
    parser.add_argument("--label", help="the label of --margin and of the sentence; default: over all labels")
    parser.add_argument("--margin", type=float, help="non-inferiority margin, in the metric's units")
    parser.add_argument(
        "--specificity", type=float, default=SPECIFICITY, help="where sensitivities are matched (default 0.9)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every difference as a row")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Compare and return 0. Raises MeddxError for systems that cannot be compared, and says why."""
    if not 0 < arguments.specificity < 1:
        raise MeddxError("--specificity must lie between 0 and 1")
    renamed = dict(_renamed(arguments.map))
    models = [recorded(find_model(models_dir(), name)) for name in arguments.models]
    files = [system for name in arguments.predictions for system in from_file(Path(name), renamed)]
    aligned = align(distinct([*models, *files]), renamed)
    found = compare(aligned, specificity=arguments.specificity)
    chosen = _chosen(found, arguments.metric, arguments.label)
    if arguments.csv:
        write_csv(arguments.csv, found.differences)
    if arguments.json:
        print(json.dumps(document(found, chosen, arguments.margin), indent=2))
    else:
        _show(found, chosen, arguments.margin)
    return 0


def document(found: Comparison, chosen: Sequence[Difference], margin: float | None = None) -> JSON:
    """What scripts read; NaN is null."""
    aligned = found.aligned
    shape: JSON = {
        "n_common": len(aligned),
        "n_patients": aligned.systems[0].predictions.n_patients,
        "n_dropped": aligned.n_dropped,
        "dropped": dict(aligned.dropped),
        "unaligned_labels": {name: list(labels) for name, labels in aligned.unaligned.items()},
        "models": {system.id: _measured(system) for system in aligned.systems},
        "pairs": [row(one) for one in found.differences],
    }
    if margin is not None:
        shape["non_inferiority"] = [
            {
                "a": one.a,
                "b": one.b,
                "metric": difference.metric,
                "label": difference.label,
                "margin": one.margin,
                "lowest_gain": number(one.lowest),
                "shown": one.shown,
            }
            for difference in chosen
            for one in non_inferiority(difference, margin)
        ]
    return shape


def write_csv(path: Path, differences: Sequence[Difference]) -> None:
    """Every difference as a row of COLUMNS; what is not defined is empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, COLUMNS)
        rows.writeheader()
        rows.writerows(row(one) for one in differences)


def _measured(system: System) -> JSON:
    """As `meddx evaluate` has it, without the confusion matrix."""
    found = assess(system.predictions, system.thresholds, system.exclusive)
    targets = system.predictions.targets
    return {
        "n": found.n,
        "n_refused": 0,
        "labels": list(found.labels),
        "metrics": _numbers(found.overall),
        "per_label": {
            label: {
                **_numbers(found.per_label[label]),
                "n_positive": int(targets[:, column].sum()),
                "threshold": found.thresholds[column],
            }
            for column, label in enumerate(found.labels)
        },
    }


def _numbers(numbers: Numbers) -> JSON:
    return {
        name: {"value": number(one.value), "low": number(one.low), "high": number(one.high)}
        for name, one in numbers.items()
    }


def _chosen(found: Comparison, metric: str, label: str | None) -> list[Difference]:
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


def _show(found: Comparison, chosen: Sequence[Difference], margin: float | None) -> None:
    aligned = found.aligned
    titles = {system.id: system.title for system in aligned.systems}
    console = Console() if sys.stdout.isatty() else Console(width=200)
    patients = aligned.systems[0].predictions.n_patients
    console.print(f"{len(aligned)} common cases of {patients} patients, {aligned.n_dropped} dropped")
    _unaligned(console, aligned)
    table = Table(
        "a", "b", "metric", "label", "a", "b", "difference", "95 % interval", "test", "p", "adjusted", "n", box=None
    )
    for one in found.differences:
        table.add_row(
            one.a,
            one.b,
            one.metric,
            one.label or "all",
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            f"{one.difference:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
            one.test,
            p_words(one.p),
            p_words(one.p_adjusted),
            str(one.n),
        )
    console.print(table)
    pairs = len({(one.a, one.b) for one in found.differences})
    for one in chosen:
        console.print(quoted(one, titles, cases=len(aligned), patients=patients, compared=pairs))
        if margin is not None:
            for of in non_inferiority(one, margin):
                console.print(of_margin(of, titles))
    console.print(f"{CAVEAT} {RESEARCH_USE}", style="dim")


def _unaligned(console: Console, aligned: Aligned) -> None:
    for name, labels in aligned.unaligned.items():
        if labels:
            console.print(f"{name}: not compared, since not all others have it: {', '.join(labels)}")


def _listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _renamed(given: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [tuple(one.split("=", 1)) for one in given]
    if any(len(pair) != 2 for pair in pairs):
        raise MeddxError("--map takes NAME=LABEL")
    return [(name, label) for name, label in pairs]
