"""What is measured, on whom, and the numbers over all labels, each with its interval and n."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment, Estimate, Estimates
from meddx.evaluate.metric import Metric
from meddx.formatting import decimal
from pages.ui.common.html import data_table
from pages.ui.evaluate.evaluated_system import EvaluatedSystem


def system_heading(subject: EvaluatedSystem, patients: int) -> str:
    """Title and one line that says on how many cases of whom; HTML."""
    n = len(subject.predictions)
    whom = f"{n:,} {subject.cases}"
    if patients < n:
        whom += f" of {patients:,} patients"
    refused = len(subject.refused)
    counted = f"{refused:,} could not be measured" if refused else "none refused"
    return f'<h1 class="card-title">{escape(subject.title)}</h1><p class="summary">{escape(whom)}, {counted}.</p>'


def headline_tiles(assessment: Assessment) -> str:
    """The headline numbers over all labels, a tile each; all others are in the table of every number; HTML."""
    names = [name for name in metric_registry.headline("overall") if name in assessment.overall]
    tiles = "".join(_tile(metric_registry.row(name), assessment.overall[name]) for name in names)
    return f'<div class="tiles">{tiles}</div>'


def _tile(metric: Metric, number: Estimate) -> str:
    return (
        f'<div class="tile" title="{escape(metric.meaning)}"><h3>{escape(metric.title)}</h3>'
        f"{estimate_cell(metric.name, number)}<span class='n'>n {number.n:,}</span></div>"
    )


def interval_html(metric: str, number: Estimate) -> str:
    """The interval, and a mark where it is not to be relied on; HTML."""
    if math.isnan(number.low):
        return f'<span class="none">{escape(number.reason or "no interval")}</span>'
    words = f'<span class="interval">{escape(metric_registry.span(metric, number.low, number.high))}</span>'
    if not number.reliable:
        words += f'<span class="unsure" title="{escape(number.reason)}">interval not to be relied on</span>'
    return words


def estimate_cell(metric: str, number: Estimate | None) -> str:
    """A number as a cell of a table; HTML."""
    if number is None:
        return '<span class="none">not measured</span>'
    return f"<b>{escape(metric_registry.text(metric, number.value))}</b>{interval_html(metric, number)}"


def estimate_list(numbers: Estimates, names: Iterable[str], caption: str) -> str:
    """Numbers below each other: value, interval, and what each says; HTML."""
    rows = [
        (
            metric.title,
            [
                estimate_cell(metric.name, numbers[metric.name]),
                f'<span class="meaning">{escape(metric.meaning)}</span>',
            ],
        )
        for metric in map(metric_registry.row, names)
        if metric.name in numbers
    ]
    return data_table("listed", caption, ["", "Value, 95 % interval", ""], rows)


def all_metrics_table(assessment: Assessment, titles: Sequence[str]) -> str:
    """All metrics by label, and over labels as means (macro) and with every case and label alike (micro); HTML."""
    columns: list[tuple[str, Estimates]] = list(zip(titles, assessment.per_label.values(), strict=True))
    columns += [("All labels, macro", assessment.overall), ("All labels, micro", assessment.micro)]
    names = metric_registry.ordered(name for _, numbers in columns for name in numbers)
    at_prevalence = metric_registry.at_prevalence()
    counts = []
    for label in assessment.labels:
        positives = next(iter(assessment.per_label[label].values())).positives
        counts.append(f"{assessment.n:,}, {positives:,} with it")
    thresholds = [decimal(threshold) for threshold in assessment.thresholds]
    rows = [("n", [*counts, f"{assessment.n:,}", f"{assessment.n:,}"]), ("Threshold", [*thresholds, "", ""])]
    rows += [
        (metric_registry.title(name), [estimate_cell(name, numbers.get(name)) for _, numbers in columns])
        for name in names
        if name not in at_prevalence
    ]
    return data_table(
        "every labels", "Each number with its 95 % interval", ["", *(escape(name) for name, _ in columns)], rows
    )


def interval_methods(assessment: Assessment) -> str:
    """How the intervals came about, a sentence."""
    names = {number.method for number in assessment.overall.values()}
    names |= {number.method for numbers in assessment.per_label.values() for number in numbers.values()}
    used = ", ".join(sorted({name.partition(" over ")[0] for name in names - {"none"}}))
    counted = ", patients drawn as wholes" if assessment.patients < assessment.n else ", each case a patient of its own"
    return f"Intervals are 95 %: {used}{counted}."
