"""One film before several models: the film once a model, each with that model's evidence, all moving together."""

from collections.abc import Sequence

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.labels import CommonLabels, common_labels, of_card
from meddx.model.card import Card, Label
from meddx.types import Prediction, Refusal
from pages.ui import asking, states, viewer
from pages.ui.compare import verdict
from pages.ui.evidence.words import evidence_sentence
from pages.ui.session import Case

_POLL_SECONDS = 0.4
_WAIT_SECONDS = 1.0


def show(case: Case, cards: Sequence[Card], first: str | None = None) -> None:
    """Film, evidence and findings of every model; asks them, and runs again when an answer has come.

    first: the label whose evidence is shown until the reader chooses, by its name in the first card.
    """
    waiting = ask(case, cards)
    if waiting:
        asking.wait(case, _WAIT_SECONDS)
        waiting = ask(case, cards)
    _drawn(case, list(cards), first)
    if waiting:
        st.fragment(_poll, run_every=_POLL_SECONDS)(case, cards)


def ask(case: Case, cards: Sequence[Card]) -> bool:
    """Ask one model after the other, the first with the film itself; True while something is on its way."""
    return any(asking.ask(case, card.id, draw=True) for card in cards)


def _poll(case: Case, cards: Sequence[Card]) -> None:
    before = len(case.answers) + len(case.troubles)
    if not ask(case, cards) or len(case.answers) + len(case.troubles) != before:
        st.rerun()


@st.fragment
def _drawn(case: Case, cards: list[Card], first: str | None) -> None:
    """Choosing a label runs only this."""
    if case.unreadable is not None:
        states.refused(case.unreadable, readable=False)
        return
    common = matched(cards)
    chosen = _label(case, cards, common, first)
    answers = [case.answers.get((card.id, case.frame)) for card in cards]
    for at, (column, card, answer) in enumerate(zip(st.columns(len(cards), gap="small"), cards, answers, strict=True)):
        with column:
            st.markdown(f"**{card.title}** &nbsp;:gray[{card.version}]")
            _film(case, card, answer, chosen[at], at)
    answered = [(card, one) for card, one in zip(cards, answers, strict=True) if isinstance(one, Prediction)]
    if len(answered) == len(cards):
        st.html(verdict.bars(cards, [one for _, one in answered], common))
        names = [label.name if label else None for label in chosen]
        for sentence in verdict.sentences(cards, [one for _, one in answered], common, names):
            st.html(f'<p class="verdict">{sentence}</p>')


def matched(cards: Sequence[Card]) -> CommonLabels | None:
    """The labels that mean the same; None where no label does."""
    try:
        return common_labels([of_card(card) for card in cards], {})
    except Refused:
        return None


def _label(case: Case, cards: list[Card], common: CommonLabels | None, first: str | None) -> list[Label | None]:
    """Whose evidence is drawn: a common label of all, else each model's own first one."""
    if common is None:
        st.caption("No label of these models means the same; each shows evidence for its own likeliest finding.")
        return [_likeliest(case, card) for card in cards]
    of_first = {name: cards[0].labels[own[0]] for name, own in zip(common.names, common.columns[0], strict=True)}
    disease = next((name for name, label in of_first.items() if not label.absence), common.names[0])
    opening = first if first in of_first else disease
    picked = st.segmented_control(
        "Evidence for",
        list(common.names),
        default=opening,
        required=True,
        format_func=lambda name: of_first[name].title,
        key=f"compare-evidence {case.id} {' '.join(card.id for card in cards)}",
    )
    at = common.names.index(str(picked or opening))
    return [card.labels[columns[at][0]] for card, columns in zip(cards, common.columns, strict=True)]


def _likeliest(case: Case, card: Card) -> Label | None:
    answer = case.answers.get((card.id, case.frame))
    if not isinstance(answer, Prediction):
        return None
    diseases = [label for label in card.labels if not label.absence] or list(card.labels)
    return max(diseases, key=lambda label: answer.probabilities[label.name])


def _film(case: Case, card: Card, answer: Prediction | Refusal | None, label: Label | None, at: int) -> None:
    film, url = case.drawn if case.drawn is not None else (None, "")
    overlay = None
    if isinstance(answer, Prediction) and label is not None:
        overlay = viewer.overlay_data(answer.explanation, label)
    group = f"compare {case.id}"
    viewer.show(film, url, case.id, overlay, "" if film else "Reading the film…", key=f"compare-film-{at}", group=group)
    if isinstance(answer, Prediction) and label is not None:
        st.caption(evidence_sentence(answer.explanation, label))
    elif isinstance(answer, Refusal):
        states.refused(answer, readable=True)
    elif (trouble := case.troubles.get((card.id, case.frame))) is not None:
        states.panel("error", "No answer", trouble)
        if st.button("Ask again", key=f"compare-again-{at}"):
            asking.retry(case, card.id)
            st.rerun()
    else:
        states.waiting()
