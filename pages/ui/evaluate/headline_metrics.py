"""Show the evaluated system, its cases and its metrics, each with its 95 % interval and n."""

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
    """Return the page heading with the numbers of cases, patients and skipped cases; HTML."""
    n = len(subject.predictions)
    counts = f"{n:,} {subject.cases}"
    if patients < n:
        counts += f" of {patients:,} patients"
    skipped = f"{len(subject.refused):,}" if subject.refused else "none"
    summary = escape(f"{counts}, {skipped} skipped.")
    return f'<h1 class="card-title">{escape(subject.title)}</h1><p class="summary">{summary}</p>'


def headline_tiles(assessment: Assessment) -> str:
    """Return the headline metrics over all labels, one tile each; HTML."""
    names = [name for name in metric_registry.headline("overall") if name in assessment.overall]
    tiles = "".join(_tile(metric_registry.row(name), assessment.overall[name]) for name in names)
    return f'<div class="tiles">{tiles}</div>'


def _tile(metric: Metric, number: Estimate) -> str:
    return (
        f'<div class="tile" title="{escape(metric.meaning)}"><h2>{escape(metric.title)}</h2>'
        f"{estimate_cell(metric.name, number)}<span class='n'>n {number.n:,}</span></div>"
    )


def interval_html(metric: str, number: Estimate) -> str:
    """Return the interval, marked where it is unreliable, or why there is none; HTML."""
    if math.isnan(number.low):
        return f'<span class="none">{escape(number.reason or "no interval")}</span>'
    html = f'<span class="interval">{escape(metric_registry.metric_span(metric, number.low, number.high))}</span>'
    if not number.reliable:
        html += f'<span class="unsure" title="{escape(number.reason)}">unreliable interval</span>'
    return html


def estimate_cell(metric: str, number: Estimate | None) -> str:
    """Return a metric with its interval as a table cell; HTML."""
    if number is None:
        return '<span class="none">not measured</span>'
    return f"<b>{escape(metric_registry.text(metric, number.value))}</b>{interval_html(metric, number)}"


def estimate_list(numbers: Estimates, names: Iterable[str], caption: str) -> str:
    """Return a table of metrics, one a row: value, interval and meaning; HTML."""
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
    """Return the table of all metrics by label, and over labels as macro and micro averages; HTML."""
    columns: list[tuple[str, Estimates]] = list(zip(titles, assessment.per_label.values(), strict=True))
    columns += [("Macro average", assessment.overall), ("Micro average", assessment.micro)]
    names = metric_registry.ordered(name for _, numbers in columns for name in numbers)
    at_prevalence = metric_registry.at_prevalence()
    counts = []
    for label in assessment.labels:
        positives = next(iter(assessment.per_label[label].values())).positives
        counts.append(f"{assessment.n:,}, {positives:,} positive")
    thresholds = [decimal(threshold) for threshold in assessment.thresholds]
    rows = [("n", [*counts, f"{assessment.n:,}", f"{assessment.n:,}"]), ("Threshold", [*thresholds, "", ""])]
    rows += [
        (metric_registry.title(name), [estimate_cell(name, numbers.get(name)) for _, numbers in columns])
        for name in names
        if name not in at_prevalence
    ]
    return data_table(
        "every labels", "All metrics with 95 % intervals", ["", *(escape(name) for name, _ in columns)], rows
    )


def interval_methods(assessment: Assessment) -> str:
    """Return a sentence that names the methods behind the intervals."""
    names = {number.method for number in assessment.overall.values()}
    names |= {number.method for numbers in assessment.per_label.values() for number in numbers.values()}
    used = ", ".join(sorted({name.partition(" over ")[0] for name in names - {"none"}}))
    unit = "cases of one patient grouped" if assessment.patients < assessment.n else "every case counts as one patient"
    return f"95 % confidence intervals: {used}; {unit}."
