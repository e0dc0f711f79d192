"""Write an evaluation as one HTML file without scripts or requests; its content security policy forbids both."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Estimate, Estimates
from meddx.export import evaluation_charts
from meddx.export.card_facts import card_facts
from meddx.export.checklist import checklist
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.export.html import NOT_STATED, fact_list, html_document, html_section, html_table
from meddx.types import Refusal


def evaluation_report(evaluation: EvaluationFacts, made: datetime | None = None) -> str:
    """Return the HTML document. made: time of writing, stated in UTC; default now."""
    made = (made or datetime.now(UTC)).astimezone(UTC)
    parts = [
        f"<h1>{escape(evaluation.title)}</h1>",
        f"<p class='lead'>{escape(_lead(evaluation))}</p>",
        f"<p class='note'><strong>{escape(RESEARCH_USE)}</strong> "
        f"Written by meddx {__version__}, {made:%Y-%m-%d %H:%M} UTC.</p>",
        _warnings(evaluation),
        html_section("Metrics over all labels", _overall(evaluation)),
        *(html_section(evaluation.titles[label], _label(evaluation, label)) for label in evaluation.assessment.labels),
        html_section("Confusion matrix", _confusion(evaluation)),
        html_section("Skipped cases", _skipped(evaluation.refused)),
        html_section("Data", fact_list(evaluation.description)),
        html_section("Model", card_facts(evaluation.card)),
        html_section("Checklist (CLAIM, STARD)", _checklist(evaluation)),
    ]
    return html_document(evaluation.title, parts)


def _lead(evaluation: EvaluationFacts) -> str:
    assessment = evaluation.assessment
    skipped = f"{len(evaluation.refused):,}" if evaluation.refused else "none"
    return (
        f"{assessment.n:,} {evaluation.cases} of {assessment.patients:,} patients, {skipped} skipped. "
        f"Thresholds from {evaluation.threshold_origin}. Ranges are 95 % intervals."
    )


def _warnings(evaluation: EvaluationFacts) -> str:
    warnings = []
    if evaluation.chosen_on:
        warnings.append("These metrics are optimistic: thresholds and calibration were chosen on the same cases.")
    if evaluation.card is not None and evaluation.card.synthetic:
        warnings.append("Synthetic: trained on phantoms, says nothing about patients.")
    return "".join(f"<p class='warning'>{escape(warning)}</p>" for warning in warnings)


def _overall(evaluation: EvaluationFacts) -> str:
    assessment = evaluation.assessment
    rule = "the most probable label" if assessment.exclusive else "every label at or above its threshold"
    caption = f"Macro and micro averages; prediction: {rule}"
    names = metric_registry.ordered([*assessment.overall, *assessment.micro])
    rows = [
        (metric_registry.title(name), [_cell(name, of.get(name)) for of in (assessment.overall, assessment.micro)])
        for name in names
    ]
    return html_table(caption, ["", "macro", "micro"], rows)


def _label(evaluation: EvaluationFacts, label: str) -> str:
    assessment = evaluation.assessment
    threshold = assessment.thresholds[assessment.labels.index(label)]
    positives = int(assessment.cells[label][0].sum())
    caption = f"Predicted positive at {threshold:.3f} or above; n {assessment.n:,}, {positives:,} positive"
    estimates: Estimates = assessment.per_label[label]
    names = metric_registry.ordered(estimates)
    rows = [(metric_registry.title(name), [_cell(name, estimates[name])]) for name in names]
    table = html_table(caption, ["", "value"], rows)
    charts = "".join(f"<figure>{chart}</figure>" for chart in evaluation_charts.label_charts(evaluation, label))
    return f'<div class="beside">{table}<div class="pictures">{charts}</div></div>'


def _confusion(evaluation: EvaluationFacts) -> str:
    assessment, titles = evaluation.assessment, evaluation.titles
    tables = [
        _counts(
            f"{titles[label]} at {threshold:.3f}",
            ["predicted positive", "predicted negative"],
            ["positive", "negative"],
            assessment.cells[label].tolist(),
        )
        for label, threshold in zip(assessment.labels, assessment.thresholds, strict=True)
    ]
    if assessment.confusion is not None:
        names = [titles[label] for label in assessment.labels]
        caption = "True label (rows) and most probable label (columns)"
        tables.append(_counts(caption, names, names, assessment.confusion.tolist()))
    return f'<div class="matrices">{"".join(tables)}</div>'


def _counts(caption: str, predicted: Sequence[str], true: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    rows = [(name, [f"{count:,}" for count in line]) for name, line in zip(true, counts, strict=True)]
    return html_table(caption, ["", *predicted], rows)


def _skipped(refused: Mapping[str, Refusal]) -> str:
    if not refused:
        return "<p>None.</p>"
    reasons = Counter(refusal.reason for refusal in refused.values())
    rows = [(reason, [f"{n:,}"]) for reason, n in reasons.most_common()]
    by_reason = html_table(f"{len(refused):,} cases", ["", "cases"], rows)
    return by_reason + fact_list({case: refusal.reason for case, refusal in refused.items()})


def _checklist(evaluation: EvaluationFacts) -> str:
    rows = [(item.item, [escape(item.asks), escape(item.answer or NOT_STATED)]) for item in checklist(evaluation)]
    caption = "Mongan, Moy and Kahn 2020; Bossuyt et al. 2015. Filled only from the card, the predictions and the data"
    return html_table(caption, ["", "Item", "In this evaluation"], rows, kind="checklist")


def _cell(metric: str, number: Estimate | None) -> str:
    if number is None:
        return "<span>not measured</span>"
    if math.isnan(number.value):
        return f"<span>{escape(number.reason or 'not defined')}</span>"
    interval = number.reason or "no interval"
    if not math.isnan(number.low):
        interval = metric_registry.metric_span(metric, number.low, number.high)
    unsure = "" if number.reliable or math.isnan(number.low) else f" <em>{escape(number.reason)}</em>"
    value = escape(metric_registry.text(metric, number.value))
    return f"<b>{value}</b> <span>{escape(interval)}, n {number.n:,}</span>{unsure}"
