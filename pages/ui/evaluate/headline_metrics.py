"""Show the evaluated system, its cases and its metrics, each with its 95 % interval and n."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment, Estimate, Estimates
from meddx.evaluate.metric import Metric
from pages.ui.common.html import data_table, missing, page_heading
from pages.ui.common.language.formatting import decimal, listed
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.metric_titles import metric_interval, metric_meaning, metric_text, metric_title


def system_heading(subject: EvaluatedSystem, patients: int) -> str:
    """Return the page heading with the numbers of cases, patients and skipped cases; HTML."""
    n = len(subject.predictions)
    counted = (
        _("{n} {cases} of {patients} patients, {skipped} skipped.")
        if patients < n
        else _("{n} {cases}, {skipped} skipped.")
    )
    skipped = number(len(subject.refused)) if subject.refused else _("none")
    summary = counted.format(n=number(n), cases=_(subject.cases), patients=number(patients), skipped=skipped)
    return page_heading(subject.heading, summary)


def headline_tiles(assessment: Assessment) -> str:
    """Return the headline metrics over all labels, one tile each; HTML."""
    names = [name for name in metric_registry.headline("overall") if name in assessment.overall]
    tiles = "".join(_tile(metric_registry.row(name), assessment.overall[name]) for name in names)
    return f'<div class="tiles">{tiles}</div>'


def _tile(metric: Metric, measured: Estimate) -> str:
    return (
        f'<div class="tile" title="{escape(metric_meaning(metric))}"><h2>{escape(metric_title(metric.name))}</h2>'
        f"{estimate_cell(metric.name, measured)}<span class='n'>n {number(measured.n)}</span></div>"
    )


def interval_html(metric: str, measured: Estimate) -> str:
    """Return the interval, marked where it is unreliable, or why there is none; HTML."""
    if math.isnan(measured.low):
        return missing(translated(measured.reason) or _("no interval"))
    html = f'<span class="interval">{escape(metric_interval(metric, measured.low, measured.high))}</span>'
    if not measured.reliable:
        unsure = escape(_("unreliable interval"))
        html += f'<span class="unsure" title="{escape(translated(measured.reason))}">{unsure}</span>'
    return html


def estimate_cell(metric: str, measured: Estimate | None) -> str:
    """Return a metric with its interval as a table cell; HTML."""
    if measured is None:
        return missing(_("not measured"))
    return f"<b>{escape(metric_text(metric, measured.value))}</b>{interval_html(metric, measured)}"


def estimate_list(numbers: Estimates, names: Iterable[str], caption: str) -> str:
    """Return a table of metrics, one a row: value, interval and meaning; HTML."""
    rows = [
        (
            metric_title(metric.name),
            [
                estimate_cell(metric.name, numbers[metric.name]),
                f'<span class="meaning">{escape(metric_meaning(metric))}</span>',
            ],
        )
        for metric in map(metric_registry.row, names)
        if metric.name in numbers
    ]
    return data_table("listed", caption, ["", _("Value, 95 % interval"), ""], rows)


def all_metrics_table(assessment: Assessment, titles: Sequence[str]) -> str:
    """Return the table of all metrics by label, and over labels as macro and micro averages; HTML."""
    columns: list[tuple[str, Estimates]] = list(zip(titles, assessment.per_label.values(), strict=True))
    columns += [(_("Macro average"), assessment.overall), (_("Micro average"), assessment.micro)]
    names = metric_registry.ordered(name for _title, numbers in columns for name in numbers)
    at_prevalence = metric_registry.at_prevalence()
    counts, total = [], number(assessment.n)
    for label in assessment.labels:
        positives = next(iter(assessment.per_label[label].values())).positives
        counts.append(_("{n}, {positives} positive").format(n=total, positives=number(positives or 0)))
    thresholds = [decimal(threshold) for threshold in assessment.thresholds]
    rows = [("n", [*counts, total, total]), (_("Threshold"), [*thresholds, "", ""])]
    rows += [
        (metric_title(name), [estimate_cell(name, numbers.get(name)) for _title, numbers in columns])
        for name in names
        if name not in at_prevalence
    ]
    return data_table(
        "every labels", _("All metrics with 95 % intervals"), ["", *(escape(name) for name, _numbers in columns)], rows
    )


def interval_methods(assessment: Assessment) -> str:
    """Return a sentence that names the methods behind the intervals."""
    names = {number.method for number in assessment.overall.values()}
    names |= {number.method for numbers in assessment.per_label.values() for number in numbers.values()}
    used = listed(translated(name) for name in sorted({name.partition(" over ")[0] for name in names - {"none"}}))
    sentence = (
        _("95 % confidence intervals: {methods}; cases of one patient grouped.")
        if assessment.patients < assessment.n
        else _("95 % confidence intervals: {methods}; every case counts as one patient.")
    )
    return sentence.format(methods=used)
