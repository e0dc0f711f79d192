"""A measurement as one HTML file: no script, no request to anywhere; it opens from a disk under a policy of none."""

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
    """The whole document. made: when, default now; stated in UTC."""
    made = (made or datetime.now(UTC)).astimezone(UTC)
    parts = [
        f"<h1>{escape(evaluation.title)}</h1>",
        f"<p class='lead'>{escape(_lead(evaluation))}</p>",
        f"<p class='note'><strong>{escape(RESEARCH_USE)}</strong> "
        f"Written by meddx {__version__}, {made:%Y-%m-%d %H:%M} UTC.</p>",
        _warnings(evaluation),
        html_section("Numbers over all labels", _overall(evaluation)),
        *(html_section(evaluation.titles[label], _label(evaluation, label)) for label in evaluation.assessment.labels),
        html_section("Who was called what", _confusion(evaluation)),
        html_section("Cases that could not be measured", _refused(evaluation.refused)),
        html_section("The data", fact_list(evaluation.description)),
        html_section("The model", card_facts(evaluation.card)),
        html_section("Checklist (CLAIM, STARD)", _checklist(evaluation)),
    ]
    return html_document(evaluation.title, parts)


def _lead(evaluation: EvaluationFacts) -> str:
    found = evaluation.assessment
    refused = len(evaluation.refused)
    return (
        f"{found.n:,} {evaluation.cases} of {found.patients:,} patients; {refused:,} could not be measured. "
        f"Thresholds from {evaluation.threshold_origin}. Ranges are 95 % intervals."
    )


def _warnings(evaluation: EvaluationFacts) -> str:
    words = []
    if evaluation.chosen_on:
        words.append("Thresholds and calibration were chosen on these very cases: the numbers are too good.")
    if evaluation.card is not None and evaluation.card.synthetic:
        words.append("Synthetic: trained on phantoms, says nothing about patients.")
    return "".join(f"<p class='warning'>{escape(word)}</p>" for word in words)


def _overall(evaluation: EvaluationFacts) -> str:
    found = evaluation.assessment
    answer = "the most probable label is called" if found.exclusive else "labels at their thresholds are called"
    caption = f"Means over labels (macro), and every case and label alike (micro); {answer}"
    names = metric_registry.ordered([*found.overall, *found.micro])
    rows = [
        (metric_registry.title(name), [_cell(name, of.get(name)) for of in (found.overall, found.micro)])
        for name in names
    ]
    return html_table(caption, ["", "macro", "micro"], rows)


def _label(evaluation: EvaluationFacts, label: str) -> str:
    found = evaluation.assessment
    threshold = found.thresholds[found.labels.index(label)]
    positives = int(found.cells[label][0].sum())
    caption = f"Called at {threshold:.3f} or more; n {found.n:,}, {positives:,} with it"
    numbers: Estimates = found.per_label[label]
    rows = [(metric_registry.title(name), [_cell(name, numbers[name])]) for name in metric_registry.ordered(numbers)]
    listed = html_table(caption, ["", "value"], rows)
    drawn = "".join(f"<figure>{picture}</figure>" for picture in evaluation_charts.label_charts(evaluation, label))
    return f'<div class="beside">{listed}<div class="pictures">{drawn}</div></div>'


def _confusion(evaluation: EvaluationFacts) -> str:
    found, titles = evaluation.assessment, evaluation.titles
    tables = [
        _counts(
            f"{titles[label]} at {threshold:.3f}",
            ["called", "not called"],
            ["with it", "without"],
            found.cells[label].tolist(),
        )
        for label, threshold in zip(found.labels, found.thresholds, strict=True)
    ]
    if found.confusion is not None:
        names = [titles[label] for label in found.labels]
        caption = "The most probable label (columns) by the true one (rows)"
        tables.append(_counts(caption, names, names, found.confusion.tolist()))
    return f'<div class="matrices">{"".join(tables)}</div>'


def _counts(caption: str, called: Sequence[str], true: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    rows = [(name, [f"{count:,}" for count in line]) for name, line in zip(true, counts, strict=True)]
    return html_table(caption, ["", *called], rows)


def _refused(refused: Mapping[str, Refusal]) -> str:
    if not refused:
        return "<p>None.</p>"
    reasons = Counter(why.reason for why in refused.values())
    by_reason = html_table(
        f"{len(refused):,} in all", ["", "cases"], [(why, [f"{n:,}"]) for why, n in reasons.most_common()]
    )
    return by_reason + fact_list({case: why.reason for case, why in refused.items()})


def _checklist(evaluation: EvaluationFacts) -> str:
    rows = [(item.item, [escape(item.asks), escape(item.answer or NOT_STATED)]) for item in checklist(evaluation)]
    caption = "Mongan, Moy and Kahn 2020; Bossuyt et al. 2015. Filled from what is known here, and from nothing else"
    return html_table(caption, ["", "asks for", "here"], rows, kind="checklist")


def _cell(metric: str, number: Estimate | None) -> str:
    if number is None:
        return "<span>not measured</span>"
    if math.isnan(number.value):
        return f"<span>{escape(number.reason or 'not defined')}</span>"
    interval = number.reason or "no interval"
    if not math.isnan(number.low):
        interval = metric_registry.span(metric, number.low, number.high)
    unsure = "" if number.reliable or math.isnan(number.low) else f" <em>{escape(number.reason)}</em>"
    value = escape(metric_registry.text(metric, number.value))
    return f"<b>{value}</b> <span>{escape(interval)}, n {number.n:,}</span>{unsure}"
