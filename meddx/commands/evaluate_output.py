"""Print the output of `meddx evaluate` on the terminal."""

import math
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Estimate
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.label_details import INDICES
from meddx.evaluate.map_evaluation.measures import MEASURES
from meddx.evaluate.operating_points import OperatingPoint
from meddx.evaluate.paired.summary_sentences import p_value_text
from meddx.evaluate.prediction_sets import PredictionSets
from meddx.evaluate.subgroups import Subgroups
from meddx.explain.methods import METHODS
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.formatting import decimal, percent, span

if TYPE_CHECKING:  # it loads TensorFlow
    from meddx.evaluate.map_evaluation.marked_findings import MarkedFindings


def print_evaluation(facts: EvaluationFacts, groups: Subgroups | None) -> None:
    """Print tables on stdout: all metrics by label, operating points, prediction sets, subgroups."""
    found, sets = facts.assessment, facts.sets
    console = Console() if sys.stdout.isatty() else Console(width=200)
    patients = f" of {found.patients:,} patients" if found.patients < found.n else ""
    console.print(
        f"{found.n:,} cases{patients}, {len(facts.refused):,} refused; value (95 % interval)", highlight=False
    )
    if found.positive is not None:
        console.print(_headline(facts), highlight=False)
    if facts.similarity:
        console.print(facts.similarity, highlight=False)
    table = Table("", *found.labels, "all labels, macro", "all labels, micro", box=None)
    positives = [f"{int(found.cells[label][0].sum()):,} of {found.n:,}" for label in found.labels]
    table.add_row("cases with the label", *positives, "", "")
    table.add_row("threshold", *(_threshold(facts, threshold) for threshold in found.thresholds), "", "")
    columns = [*(found.per_label[label] for label in found.labels), found.overall, found.micro]
    for name in metric_registry.ordered(name for column in columns for name in column):
        table.add_row(metric_registry.title(name), *(_cell(name, column.get(name)) for column in columns))
    details = [facts.details[label] for label in found.labels]
    for name, (title, _) in INDICES.items():
        if any(of.indices for of in details):
            table.add_row(
                f"{title} of the smooth calibration curve", *(_cell("", of.indices.get(name)) for of in details)
            )
    table.add_row(
        f"Sensitivity at specificity {percent(facts.specificity)}",
        *(_point(facts, of.at_specificity) for of in details),
    )
    table.add_row(
        f"Specificity at sensitivity {percent(facts.sensitivity)}",
        *(_point(facts, of.at_sensitivity) for of in details),
    )
    console.print(table, highlight=False)
    console.print(f"Thresholds: {facts.threshold_origin}.", highlight=False)
    console.print(MANY_LOOKS, highlight=False)
    if found.confusion is not None:
        console.print("All labels: the most probable label is called. Rows true, columns called:", highlight=False)
        counts = Table("", *found.labels, box=None)
        for label, row in zip(found.labels, found.confusion.tolist(), strict=True):
            counts.add_row(label, *(f"{count:,}" for count in row))
        console.print(counts, highlight=False)
    if sets is not None:
        _show_sets(console, sets)
    if groups is not None:
        _show_groups(console, groups)
    reasons = dict.fromkeys(one.reason for column in columns for one in column.values() if one.reason)
    for reason in reasons:
        console.print(f"* {reason}", highlight=False)


def print_localisation(found: "MarkedFindings") -> None:
    """Print how well heat maps find what is marked."""
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(f"Heat maps by {METHODS[found.method].title} of {found.n:,} marked findings:", highlight=False)
    for name, one in found.measures.items():
        console.print(f"  {MEASURES[name].title}: {decimal(one.value)} ({span(one.low, one.high)})", highlight=False)


def _headline(facts: EvaluationFacts) -> str:
    """Return the metrics of the label of interest in one line."""
    found = facts.assessment
    numbers = found.headline
    at = _threshold(facts, found.thresholds[found.labels.index(str(found.positive))])
    parts = [
        f"{metric_registry.title(name)} {_cell(name, numbers[name])}"
        for name in ("auroc", "recall", "specificity", "brier")
    ]
    return f"{found.positive} at threshold {at}: {', '.join(parts)}"


def _point(facts: EvaluationFacts, of: OperatingPoint | None) -> str:
    """Return what is reached at an operating point, with its interval and its threshold on these cases."""
    if of is None:
        return ""
    return f"{decimal(of.reached.value)} ({span(of.reached.low, of.reached.high)}) at {_threshold(facts, of.threshold)}"


def _threshold(facts: EvaluationFacts, value: float) -> str:
    """Return a threshold on the scale of the file; "or below" where low scores are called."""
    if math.isnan(value):
        return "none"
    return decimal(facts.in_file_scale(value)) + (f" {facts.called_at}" if facts.reversed_from is not None else "")


def _show_sets(console: Console, sets: PredictionSets) -> None:
    target = f", target coverage {percent(sets.target_coverage)}" if sets.target_coverage is not None else ""
    table = Table(f"prediction sets{target}", "share that holds the truth", box=None)
    for label, one in sets.coverage.items():
        table.add_row(label, f"{_cell('', one)}  n {one.n:,}")
    console.print(table, highlight=False)
    sizes = ", ".join(f"{count:,} of {size}" for size, count in enumerate(sets.sizes))
    console.print(f"Sets by number of labels: {sizes}; mean {sets.mean_size:.2f}", highlight=False)


def _show_groups(console: Console, groups: Subgroups) -> None:
    metric = metric_registry.row(groups.metric)
    table = Table(groups.column, "n", metric.title, "less the rest", box=None)
    for group in groups.groups:
        less = group.difference
        rest = metric.signed(less.value)
        if not math.isnan(less.low):
            rest += f" ({metric.signed_limit(less.low)} to {metric.signed_limit(less.high)})"
        table.add_row(group.value, f"{group.number.n:,}", _cell(metric.name, group.number), rest)
    console.print(table, highlight=False)
    if not math.isnan(groups.p):
        console.print(f"All groups alike: {p_value_text(groups.p)} (permutation over patients)", highlight=False)
        alone = [
            f"{one.value} {p_value_text(one.p_adjusted)}" for one in groups.groups if not math.isnan(one.p_adjusted)
        ]
        console.print(f"Each against the others, adjusted (Holm) for {len(alone)} groups: {'; '.join(alone)}")


def _cell(metric: str, one: Estimate | None) -> str:
    """Return a value with its interval.

    metric: whose format it is written in; "" for a share of cases.
    """
    if one is None:
        return ""
    value = metric_registry.text(metric, one.value)
    if math.isnan(one.low):
        return f"{value} *"
    return f"{value} ({metric_registry.metric_span(metric, one.low, one.high)}){'' if one.reliable else ' *'}"
