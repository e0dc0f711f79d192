"""A measurement as one HTML file: no script, no request to anywhere; it opens from a disk under a policy of none."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.evaluate.assessment import Number, Numbers
from meddx.export import pictures
from meddx.export.card_facts import of_card
from meddx.export.checklist import checklist
from meddx.export.evaluation import Evaluation
from meddx.export.html import NOT_STATED, facts, page, section, table
from meddx.types import Refusal

_FIRST = ("accuracy", "auroc", "recall", "specificity", "precision", "npv")
"""Metrics that begin a table; the others follow in the order in which they were measured."""


def report(evaluation: Evaluation, made: datetime | None = None) -> str:
    """The whole document. made: when, default now; stated in UTC."""
    made = (made or datetime.now(UTC)).astimezone(UTC)
    parts = [
        f"<h1>{escape(evaluation.title)}</h1>",
        f"<p class='lead'>{escape(_lead(evaluation))}</p>",
        f"<p class='note'><strong>{escape(RESEARCH_USE)}</strong> "
        f"Written by meddx {__version__}, {made:%Y-%m-%d %H:%M} UTC.</p>",
        _warnings(evaluation),
        section("Numbers over all labels", _overall(evaluation)),
        *(section(evaluation.titles[label], _label(evaluation, label)) for label in evaluation.assessment.labels),
        section("Who was called what", _confusion(evaluation)),
        section("Cases that could not be measured", _refused(evaluation.refused)),
        section("The data", facts(evaluation.description)),
        section("The model", of_card(evaluation.card)),
        section("Checklist (CLAIM, STARD)", _checklist(evaluation)),
    ]
    return page(evaluation.title, parts)


def _lead(evaluation: Evaluation) -> str:
    found = evaluation.assessment
    refused = len(evaluation.refused)
    return (
        f"{found.n:,} {evaluation.cases} of {found.patients:,} patients; {refused:,} could not be measured. "
        f"Thresholds from {evaluation.threshold_origin}. Ranges are 95 % intervals."
    )


def _warnings(evaluation: Evaluation) -> str:
    words = []
    if evaluation.chosen_on:
        words.append("Thresholds and calibration were chosen on these very cases: the numbers are too good.")
    if evaluation.card is not None and evaluation.card.synthetic:
        words.append("Synthetic: trained on phantoms, says nothing about patients.")
    return "".join(f"<p class='warning'>{escape(word)}</p>" for word in words)


def _overall(evaluation: Evaluation) -> str:
    found = evaluation.assessment
    answer = "the most probable label is called" if found.exclusive else "labels at their thresholds are called"
    caption = f"Means over labels (macro), and every case and label alike (micro); {answer}"
    names = _ordered([*found.overall, *found.micro])
    rows = [(name, [_cell(found.overall.get(name)), _cell(found.micro.get(name))]) for name in names]
    return table(caption, ["", "macro", "micro"], rows)


def _label(evaluation: Evaluation, label: str) -> str:
    found = evaluation.assessment
    threshold = found.thresholds[found.labels.index(label)]
    positives = int(found.cells[label][0].sum())
    caption = f"Called at {threshold:.3f} or more; n {found.n:,}, {positives:,} with it"
    numbers: Numbers = found.per_label[label]
    listed = table(caption, ["", "value"], [(name, [_cell(numbers[name])]) for name in _ordered(numbers)])
    drawn = "".join(f"<figure>{picture}</figure>" for picture in pictures.of_label(evaluation, label))
    return f'<div class="beside">{listed}<div class="pictures">{drawn}</div></div>'


def _confusion(evaluation: Evaluation) -> str:
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
    return table(caption, ["", *called], rows)


def _refused(refused: Mapping[str, Refusal]) -> str:
    if not refused:
        return "<p>None.</p>"
    reasons = Counter(why.reason for why in refused.values())
    by_reason = table(
        f"{len(refused):,} in all", ["", "cases"], [(why, [f"{n:,}"]) for why, n in reasons.most_common()]
    )
    return by_reason + facts({case: why.reason for case, why in refused.items()})


def _checklist(evaluation: Evaluation) -> str:
    rows = [(item.item, [escape(item.asks), escape(item.answer or NOT_STATED)]) for item in checklist(evaluation)]
    caption = "Mongan, Moy and Kahn 2020; Bossuyt et al. 2015. Filled from what is known here, and from nothing else"
    return table(caption, ["", "asks for", "here"], rows, kind="checklist")


def _cell(number: Number | None) -> str:
    if number is None:
        return "<span>not measured</span>"
    if math.isnan(number.value):
        return f"<span>{escape(number.reason or 'not defined')}</span>"
    interval = (
        f"{number.low:.3f} to {number.high:.3f}" if not math.isnan(number.low) else number.reason or "no interval"
    )
    unsure = "" if number.reliable or math.isnan(number.low) else f" <em>{escape(number.reason)}</em>"
    return f"<b>{number.value:.3f}</b> <span>{escape(interval)}, n {number.n:,}</span>{unsure}"


def _ordered(names: Iterable[str]) -> list[str]:
    known = list(dict.fromkeys(names))
    return [name for name in _FIRST if name in known] + [name for name in known if name not in _FIRST]
