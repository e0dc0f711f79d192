"""What several models say of one image, on one scale, and how far they agree."""

from collections.abc import Sequence
from html import escape
from itertools import combinations

from meddx.evaluate.paired.common_labels import CommonLabels
from meddx.evaluate.paired.map_agreement import map_agreement
from meddx.formatting import percent, probability
from meddx.model.card import Card, Label
from meddx.types import Prediction
from pages.ui.common.viewer.image_viewer import WEAKEST_EVIDENCE


def probability_bars(cards: Sequence[Card], answers: Sequence[Prediction], common: CommonLabels | None) -> str:
    """Probabilities from 0 to 100 %, one row a label, one column a model, each with its own threshold; HTML."""
    rows = []
    of_common = list(zip(*common.columns, strict=True)) if common else []
    for columns in of_common:
        labels = [card.labels[own[0]] for card, own in zip(cards, columns, strict=True)]
        cells = [_bar(label, answer) for label, answer in zip(labels, answers, strict=True)]
        rows.append((labels[0].title, cells))
    for at, card in enumerate(cards):
        used = {column for columns in of_common for column in columns[at]}
        for column, label in enumerate(card.labels):
            if column not in used:
                rows.append(
                    (label.title, [_bar(label, answers[at]) if other == at else _NONE for other in range(len(cards))])
                )
    head = "".join(f'<th scope="col">{escape(card.title)}</th>' for card in cards)
    body = "".join(f'<tr><th scope="row">{escape(title)}</th>{"".join(cells)}</tr>' for title, cells in rows)
    return (
        '<table class="scale-bars"><thead><tr><th scope="col">Calibrated probability, 0 to 100 %</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table>"
    )


_NONE = '<td><span class="words">no such label</span></td>'


def _bar(label: Label, answer: Prediction) -> str:
    p = answer.probabilities[label.name]
    called = label.name in answer.findings
    state = ("absent" if label.absence else "called") if called else ""
    words = f"{probability(p)}, {'at or above' if called else 'below'} its threshold {percent(label.threshold)}"
    return (
        f'<td class="{state}"><div class="track" aria-hidden="true"><i style="width:{100 * p:.1f}%"></i>'
        f'<b style="left:{100 * label.threshold:.1f}%"></b></div><span class="words">{escape(words)}</span></td>'
    )


def agreement_sentences(
    cards: Sequence[Card], answers: Sequence[Prediction], common: CommonLabels | None, shown: Sequence[str | None]
) -> list[str]:
    """Agreement of findings and of the maps of the labels shown, pair by pair; HTML, escaped."""
    found = []
    for a, b in combinations(range(len(cards)), 2):
        who = f"{cards[a].title} and {cards[b].title}"
        if common is not None:
            found.append(
                _findings(who, (cards[a], cards[b]), (answers[a], answers[b]), (common.columns[a], common.columns[b]))
            )
        first, second = shown[a], shown[b]
        if first is not None and second is not None:
            found.append(_maps(who, (answers[a], first), (answers[b], second)))
    return [escape(one) for one in found]


def _findings(
    who: str,
    cards: tuple[Card, Card],
    answers: tuple[Prediction, Prediction],
    columns: tuple[Sequence[tuple[int, ...]], Sequence[tuple[int, ...]]],
) -> str:
    differ, gaps = [], []
    for own, others in zip(*columns, strict=True):
        one, other = cards[0].labels[own[0]], cards[1].labels[others[0]]
        if (one.name in answers[0].findings) != (other.name in answers[1].findings):
            differ.append(one.title)
        gaps.append((abs(answers[0].probabilities[one.name] - answers[1].probabilities[other.name]), one.title))
    gap, widest = max(gaps)
    apart = f"their probabilities lie at most {percent(gap)} apart ({widest})"
    if differ:
        return f"{who} disagree on {', '.join(differ)}, each at its own threshold; {apart}."
    return f"{who} agree on every common label, each at its own threshold; {apart}."


def _maps(who: str, first: tuple[Prediction, str], second: tuple[Prediction, str]) -> str:
    found = map_agreement(first, second, WEAKEST_EVIDENCE)
    if found is None:
        return f"Heat maps of {who} cannot be compared: one shows no evidence."
    return (
        f"Heat maps of {who}: rank correlation {found.rank:.2f} over the image; their strongest tenths overlap by "
        f"{percent(found.overlap)} (10 % by chance)."
    )
