"""Write an evaluation as one HTML file without scripts or requests; its content security policy forbids both."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Estimate, Estimates
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.label_details import INDICES
from meddx.export import evaluation_charts
from meddx.export.card_facts import SYNTHETIC, card_facts
from meddx.export.checklist import checklist
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.export.html import NOT_STATED, render_report
from meddx.export.report_parts import Cell, ReportTable, Row, Section
from meddx.formatting import NOT_DEFINED, decimal, percent, percent_span, span
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
        sets=_prediction_sets(evaluation),
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
        f"Thresholds from {evaluation.threshold_origin}. Ranges are 95 % intervals. {MANY_LOOKS}"
        f"{evaluation.similarity and ' ' + evaluation.similarity}"
    )


def _warnings(evaluation: EvaluationFacts) -> list[str]:
    warnings = list(evaluation.cautions)
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
    chosen = " (chosen on this test set: optimistic)" if label in evaluation.moved else ""
    at = (
        "no threshold"
        if math.isnan(threshold)
        else f"predicted positive at {decimal(evaluation.in_file_scale(threshold))} {evaluation.called_at}{chosen}"
    )
    caption = f"{at[:1].upper()}{at[1:]}; n {assessment.n:,}, {positives:,} positive"
    estimates: Estimates = assessment.per_label[label]
    names = metric_registry.ordered(estimates)
    rows: list[Row] = [(metric_registry.title(name), [_cell(name, estimates[name])]) for name in names]
    tables = [ReportTable(caption, ["", "value"], rows), *_details(evaluation, label)]
    return Section(evaluation.titles[label], tables, evaluation_charts.label_charts(evaluation, label))


def _details(evaluation: EvaluationFacts, label: str) -> Iterator[ReportTable]:
    """Yield the operating points and the indices of the smooth calibration curve, where they are defined."""
    details = evaluation.details[label]
    points: list[Row] = [
        (
            f"{reached} at {kept} {percent(point.asked)} or more",
            [
                Cell(decimal(point.reached.value), span(point.reached.low, point.reached.high)),
                decimal(point.kept),
                decimal(evaluation.in_file_scale(point.threshold)),
            ],
        )
        for point, reached, kept in (
            (details.at_specificity, "Sensitivity", "specificity"),
            (details.at_sensitivity, "Specificity", "sensitivity"),
        )
        if point is not None
    ]
    if points:
        caption = "The threshold is the best on these cases; the interval allows for that"
        yield ReportTable(caption, ["", "reached", "kept", "threshold"], points)
    if details.indices:
        indices: list[Row] = [
            (INDICES[name][0], [_cell(name, one), INDICES[name][1]]) for name, one in details.indices.items()
        ]
        caption = "Smooth calibration curve; 0 is best, and noise alone makes each of these larger"
        yield ReportTable(caption, ["", "value", "meaning"], indices)


def _prediction_sets(evaluation: EvaluationFacts) -> Section | None:
    """Return observed coverage by class and sizes of the prediction sets."""
    sets = evaluation.sets
    if sets is None:
        return None
    target = "" if sets.target_coverage is None else f", target {percent(sets.target_coverage)}"
    coverage: list[Row] = [
        (evaluation.titles[label], [_share(number), f"{number.n:,}"]) for label, number in sets.coverage.items()
    ]
    total = int(sets.sizes.sum())
    sizes: list[Row] = [
        (f"{size}", [f"{int(count):,}", percent(count / total, 1)]) for size, count in enumerate(sets.sizes)
    ]
    single: list[Row] = [
        ("Cases with a single label", [_share(sets.singly)]),
        ("That label is true", [_share(sets.right)]),
    ]
    return Section(
        "Prediction sets",
        [
            ReportTable(f"Observed coverage: the true label is in the set{target}", ["", "coverage", "n"], coverage),
            ReportTable(f"Size; mean {sets.mean_size:.2f} labels", ["labels in the set", "cases", "share"], sizes),
            ReportTable("Sets of one label", ["", "share"], single),
        ],
    )


def _share(number: Estimate) -> Cell:
    if math.isnan(number.value):
        return Cell(note=number.reason or NOT_DEFINED)
    interval = percent_span(number.low, number.high)
    return Cell(percent(number.value, 1), f"{interval}, n {number.n:,}", "" if number.reliable else number.reason)


def _confusion(evaluation: EvaluationFacts) -> list[ReportTable]:
    assessment, titles = evaluation.assessment, evaluation.titles
    tables = [
        _counts(
            f"{titles[label]} at {decimal(evaluation.in_file_scale(threshold))}",
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
