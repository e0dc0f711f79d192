"""Write an evaluation as one HTML file without scripts or requests; its content security policy forbids both."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Estimate, Estimates
from meddx.export import evaluation_charts
from meddx.export.card_facts import SYNTHETIC, card_facts
from meddx.export.checklist import checklist
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.export.html import NOT_STATED, render_report
from meddx.export.report_parts import Cell, ReportTable, Row, Section
from meddx.types import Refusal


def evaluation_report(evaluation: EvaluationFacts, made: datetime | None = None) -> str:
    """Return the HTML document. made: time of writing, stated in UTC; default now."""
    return render_report(
        "evaluation_report.html",
        made,
        title=evaluation.title,
        lead=_lead(evaluation),
        warnings=_warnings(evaluation),
        overall=_overall(evaluation),
        labels=[_label(evaluation, label) for label in evaluation.assessment.labels],
        confusion=_confusion(evaluation),
        skipped={case: refusal.reason for case, refusal in evaluation.refused.items()},
        reasons=_reasons(evaluation.refused),
        description=evaluation.description,
        model=card_facts(evaluation.card) if evaluation.card else None,
        checklist=_checklist(evaluation),
    )


def _lead(evaluation: EvaluationFacts) -> str:
    assessment = evaluation.assessment
    skipped = f"{len(evaluation.refused):,}" if evaluation.refused else "none"
    return (
        f"{assessment.n:,} {evaluation.cases} of {assessment.patients:,} patients, {skipped} skipped. "
        f"Thresholds from {evaluation.threshold_origin}. Ranges are 95 % intervals."
    )


def _warnings(evaluation: EvaluationFacts) -> list[str]:
    warnings = []
    if evaluation.chosen_on:
        warnings.append("These metrics are optimistic: thresholds and calibration were chosen on the same cases.")
    if evaluation.card is not None and evaluation.card.synthetic:
        warnings.append(SYNTHETIC)
    return warnings


def _overall(evaluation: EvaluationFacts) -> ReportTable:
    assessment = evaluation.assessment
    rule = "the most probable label" if assessment.exclusive else "every label at or above its threshold"
    caption = f"Macro and micro averages; prediction: {rule}"
    names = metric_registry.ordered([*assessment.overall, *assessment.micro])
    rows: list[Row] = [
        (metric_registry.title(name), [_cell(name, of.get(name)) for of in (assessment.overall, assessment.micro)])
        for name in names
    ]
    return ReportTable(caption, ["", "macro", "micro"], rows)


def _label(evaluation: EvaluationFacts, label: str) -> Section:
    assessment = evaluation.assessment
    threshold = assessment.thresholds[assessment.labels.index(label)]
    positives = int(assessment.cells[label][0].sum())
    at = "No threshold" if math.isnan(threshold) else f"Predicted positive at {threshold:.3f} or above"
    caption = f"{at}; n {assessment.n:,}, {positives:,} positive"
    estimates: Estimates = assessment.per_label[label]
    names = metric_registry.ordered(estimates)
    rows: list[Row] = [(metric_registry.title(name), [_cell(name, estimates[name])]) for name in names]
    table = ReportTable(caption, ["", "value"], rows)
    return Section(evaluation.titles[label], [table], evaluation_charts.label_charts(evaluation, label))


def _confusion(evaluation: EvaluationFacts) -> list[ReportTable]:
    assessment, titles = evaluation.assessment, evaluation.titles
    tables = [
        _counts(
            f"{titles[label]} at {threshold:.3f}",
            ["predicted positive", "predicted negative"],
            ["positive", "negative"],
            assessment.cells[label].tolist(),
        )
        for label, threshold in zip(assessment.labels, assessment.thresholds, strict=True)
        if not math.isnan(threshold)
    ]
    if assessment.confusion is not None:
        names = [titles[label] for label in assessment.labels]
        caption = "True label (rows) and most probable label (columns)"
        tables.append(_counts(caption, names, names, assessment.confusion.tolist()))
    return tables


def _counts(
    caption: str, predicted: Sequence[str], true: Sequence[str], counts: Sequence[Sequence[int]]
) -> ReportTable:
    rows: list[Row] = [(name, [f"{count:,}" for count in line]) for name, line in zip(true, counts, strict=True)]
    return ReportTable(caption, ["", *predicted], rows)


def _reasons(refused: Mapping[str, Refusal]) -> ReportTable:
    reasons = Counter(refusal.reason for refusal in refused.values())
    rows: list[Row] = [(reason, [f"{n:,}"]) for reason, n in reasons.most_common()]
    return ReportTable(f"{len(refused):,} cases", ["", "cases"], rows)


def _checklist(evaluation: EvaluationFacts) -> ReportTable:
    rows: list[Row] = [(item.item, [item.asks, item.answer or NOT_STATED]) for item in checklist(evaluation)]
    caption = "Mongan, Moy and Kahn 2020; Bossuyt et al. 2015. Filled only from the card, the predictions and the data"
    return ReportTable(caption, ["", "Item", "In this evaluation"], rows, kind="checklist")


def _cell(metric: str, number: Estimate | None) -> Cell:
    if number is None:
        return Cell(note="not measured")
    if math.isnan(number.value):
        return Cell(note=number.reason or "not defined")
    value = metric_registry.text(metric, number.value)
    if math.isnan(number.low):
        return Cell(value, f"{number.reason or 'no interval'}, n {number.n:,}")
    interval = f"{metric_registry.metric_span(metric, number.low, number.high)}, n {number.n:,}"
    return Cell(value, interval, "" if number.reliable else number.reason)
