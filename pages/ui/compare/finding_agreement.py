"""Show the predictions of several models for one image on one scale, and how far they agree."""

from collections.abc import Sequence
from html import escape
from itertools import combinations

from meddx.evaluate.paired.common_labels import CommonLabels
from meddx.evaluate.paired.map_agreement import map_agreement
from meddx.explain.colour_scale import WEAKEST_EVIDENCE
from meddx.model.card import Card, Label
from meddx.types import Prediction
from pages.ui.common.language.formatting import listed, paragraph, percent, probability
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.model_titles import model_titles


def probability_bars(cards: Sequence[Card], answers: Sequence[Prediction], common: CommonLabels | None) -> str:
    """Return a table of probability bars, one label a row and one model a column, each with its threshold; HTML.

    common: the labels that all models share; None where there are none. Other labels get rows of their own.
    """
    rows = []
    common_columns = list(zip(*common.columns, strict=True)) if common else []
    for columns in common_columns:
        labels = [card.labels[own[0]] for card, own in zip(cards, columns, strict=True)]
        cells = [_bar(label, answer) for label, answer in zip(labels, answers, strict=True)]
        rows.append((translated(labels[0].title), cells))
    for model, card in enumerate(cards):
        shared = {column for columns in common_columns for column in columns[model]}
        for column, label in enumerate(card.labels):
            if column not in shared:
                cells = [
                    _bar(label, answers[model]) if other == model else _no_such_label() for other in range(len(cards))
                ]
                rows.append((translated(label.title), cells))
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in model_titles(cards).values())
    calibrated = all(answer.is_calibrated for answer in answers)
    scale = escape(_("Calibrated probability, 0 to 100 %") if calibrated else _("Probability or score, 0 to 100 %"))
    body = "".join(f'<tr><th scope="row">{escape(title)}</th>{"".join(cells)}</tr>' for title, cells in rows)
    return (
        f'<table class="scale-bars"><thead><tr><th scope="col">{scale}</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _no_such_label() -> str:
    none = escape(_("no such label"))
    return f'<td><span class="words">{none}</span></td>'


def _bar(label: Label, answer: Prediction) -> str:
    p = answer.probabilities[label.name]
    called = label.name in answer.findings
    state = ("absent" if label.absence else "called") if called else ""
    told, threshold, mark = _("{p}, no threshold"), "", ""
    if label.threshold is not None:
        told = _("{p}, at or above threshold {threshold}") if called else _("{p}, below threshold {threshold}")
        threshold = percent(label.threshold)
        mark = f'<b style="left:{100 * label.threshold:.1f}%"></b>'
    text = told.format(p=probability(p), threshold=threshold)
    if not answer.is_calibrated:
        text = _("{probability} (raw score, not calibrated here)").format(probability=text)
    return (
        f'<td class="{state}"><div class="track" aria-hidden="true"><i style="width:{100 * p:.1f}%"></i>'
        f'{mark}</div><span class="words">{escape(text)}</span></td>'
    )


def agreement_sentences(
    cards: Sequence[Card], answers: Sequence[Prediction], common: CommonLabels | None, shown: Sequence[str | None]
) -> list[str]:
    """Return sentences on the agreement of findings and heat maps for each pair of models; HTML, escaped.

    shown: for each model, the label whose heat map is shown, None without one.
    """
    sentences, titles = [], model_titles(cards)
    for a, b in combinations(range(len(cards)), 2):
        models = titles[cards[a].id], titles[cards[b].id]
        if common is not None:
            columns = common.columns[a], common.columns[b]
            sentences.append(_findings(models, (cards[a], cards[b]), (answers[a], answers[b]), columns))
        first, second = shown[a], shown[b]
        if first is not None and second is not None:
            sentences.append(_maps(models, (answers[a], first), (answers[b], second)))
    return [escape(sentence) for sentence in sentences]


def _findings(
    models: tuple[str, str],
    cards: tuple[Card, Card],
    answers: tuple[Prediction, Prediction],
    columns: tuple[Sequence[tuple[int, ...]], Sequence[tuple[int, ...]]],
) -> str:
    disputed, gaps, called_by_both = [], [], True
    for own, others in zip(*columns, strict=True):
        one, other = cards[0].labels[own[0]], cards[1].labels[others[0]]
        if one.threshold is None or other.threshold is None:
            called_by_both = False
        elif (one.name in answers[0].findings) != (other.name in answers[1].findings):
            disputed.append(translated(one.title))
        gaps.append(
            (abs(answers[0].probabilities[one.name] - answers[1].probabilities[other.name]), translated(one.title))
        )
    gap, widest = max(gaps)
    difference = _("Largest difference in probability: {points} percentage points ({label}).").format(
        points=f"{100 * gap:.0f}", label=widest
    )
    if not called_by_both:
        told = _("Findings of {model} and {other} cannot be compared: a threshold is missing.")
    elif disputed:
        told = _("{model} and {other} disagree on {labels}, each at its own threshold.")
    else:
        told = _("{model} and {other} agree on every common label, each at its own threshold.")
    return paragraph([told.format(model=models[0], other=models[1], labels=listed(disputed)), difference])


def _maps(models: tuple[str, str], first: tuple[Prediction, str], second: tuple[Prediction, str]) -> str:
    similarity = map_agreement(first, second, WEAKEST_EVIDENCE)
    if similarity is None:
        told = _("Heat maps of {model} and {other} cannot be compared: one shows no evidence.")
        return told.format(model=models[0], other=models[1])
    return _(
        "Heat maps of {model} and {other}: rank correlation {rank}; the strongest 10 % of each overlap by {overlap} "
        "(10 % expected by chance)."
    ).format(model=models[0], other=models[1], rank=f"{similarity.rank:.2f}", overlap=percent(similarity.overlap))
