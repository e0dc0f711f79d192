"""What is measured, on whom, and the numbers over all labels, each with its interval and n."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from meddx.evaluate.assessment import Assessment, Estimate, Estimates
from pages.ui.common.charts.table_rows import fixed_text, interval_text
from pages.ui.common.html import data_table
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.metric_titles import METRIC_MEANINGS, metric_title

HEADLINE_METRICS = ("accuracy", "auroc", "recall", "specificity", "f1", "quadratic kappa", "expected calibration error")
"""At the top of the page; all others are in the table of every number."""


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
    """The numbers over all labels, a tile each; HTML."""
    tiles = "".join(_tile(name, assessment.overall[name]) for name in HEADLINE_METRICS if name in assessment.overall)
    return f'<div class="tiles">{tiles}</div>'


def _tile(name: str, number: Estimate) -> str:
    return (
        f'<div class="tile" title="{escape(METRIC_MEANINGS.get(name, ""))}"><h3>{escape(metric_title(name))}</h3>'
        f"<b>{fixed_text(number.value)}</b>{interval_html(number)}<span class='n'>n {number.n:,}</span></div>"
    )


def interval_html(number: Estimate) -> str:
    """The interval, and a mark where it is not to be relied on; HTML."""
    if math.isnan(number.low):
        return f'<span class="none">{escape(number.reason or "no interval")}</span>'
    words = f'<span class="interval">{interval_text(number.low, number.high)}</span>'
    if not number.reliable:
        words += f'<span class="unsure" title="{escape(number.reason)}">interval not to be relied on</span>'
    return words


def estimate_cell(number: Estimate | None) -> str:
    """A number as a cell of a table; HTML."""
    if number is None:
        return '<span class="none">not measured</span>'
    return f"<b>{fixed_text(number.value)}</b>{interval_html(number)}"


def estimate_list(numbers: Estimates, names: Iterable[str], caption: str) -> str:
    """Numbers below each other: value, interval, and what each says; HTML."""
    rows = [
        (
            metric_title(name),
            [estimate_cell(numbers[name]), f'<span class="meaning">{escape(METRIC_MEANINGS.get(name, ""))}</span>'],
        )
        for name in names
        if name in numbers
    ]
    return data_table("listed", caption, ["", "Value, 95 % interval", ""], rows)


def all_metrics_table(assessment: Assessment, titles: Sequence[str]) -> str:
    """All metrics by label, and over labels as means (macro) and with every case and label alike (micro); HTML."""
    columns: list[tuple[str, Estimates]] = list(zip(titles, assessment.per_label.values(), strict=True))
    columns += [("All labels, macro", assessment.overall), ("All labels, micro", assessment.micro)]
    names = [name for name in assessment.overall if name in METRIC_MEANINGS]
    names += [
        name for name in next(iter(assessment.per_label.values())) if name in METRIC_MEANINGS and name not in names
    ]
    ordered = [name for name in METRIC_MEANINGS if name in names]
    counts = []
    for label in assessment.labels:
        positives = next(iter(assessment.per_label[label].values())).positives
        counts.append(f"{assessment.n:,}, {positives:,} with it")
    thresholds = [fixed_text(threshold) for threshold in assessment.thresholds]
    rows = [("n", [*counts, f"{assessment.n:,}", f"{assessment.n:,}"]), ("Threshold", [*thresholds, "", ""])]
    rows += [(metric_title(name), [estimate_cell(numbers.get(name)) for _, numbers in columns]) for name in ordered]
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
