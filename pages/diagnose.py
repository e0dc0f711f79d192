"""Diagnose: a film in, the model's findings and where their evidence lies out."""

import streamlit as st

from meddx.model.card import Card
from meddx.types import DrawableFilm, Prediction, Refusal
from pages.ui import asking, beyond, evidence, facts, findings, reliability, states, uploads, viewer, worklist
from pages.ui.beyond import familiarity, flip
from pages.ui.installed import first_choice, installed
from pages.ui.session import Case, session

_WAIT_SECONDS = 1.0
"""A warm engine answers within this: then the page waits once instead of asking again and again."""
_POLL_SECONDS = 0.4


def page() -> None:
    """The whole page."""
    found = installed()
    if not found.models:
        states.no_models(found.refused)
        return
    with st.sidebar:
        card = _choose_model(found.cards)
        states.engine_line()
    films = session()
    if films.current is None:
        _welcome(card, found.cards)
        return
    on_its_way = _ask(films.current, card)  # before those that are not open
    with st.sidebar:
        worklist.show(films, card)
        uploads.drop_zone()
        uploads.samples(found.cards, compact=True)
    _reading(films.current, card)
    beyond.below(films.current.answers.get((card.id, films.current.frame)), card)
    if on_its_way:
        asking.wait(films.current, _WAIT_SECONDS)
        if not asking.ask(films.current, card.id, draw=True):
            st.rerun()
        _poll(films.current, card)


def _choose_model(cards: dict[str, Card]) -> Card:
    films = session()
    if films.model not in cards:
        films.model = first_choice(cards)
    st.session_state.setdefault("model", films.model)
    films.model = st.selectbox("Model", list(cards), format_func=lambda name: cards[name].title, key="model")
    card = cards[films.model]
    if st.button("About this model", type="tertiary"):
        facts.show(card)
    return card


def _welcome(card: Card, cards: dict[str, Card]) -> None:
    _, middle, _ = st.columns([1, 2.4, 1])
    with middle:
        states.welcome(card.title)
        uploads.drop_zone()
        uploads.samples(cards, compact=False)
        states.keeping()


def _ask(case: Case, card: Card) -> bool:
    """Whether film or answer are still on their way; beside a film that is drawn already, an answer gets a moment."""
    on_its_way = asking.ask(case, card.id, draw=True)
    if on_its_way and case.drawn is not None:
        asking.wait(case, _WAIT_SECONDS / 4)
        on_its_way = asking.ask(case, card.id, draw=True)
    return on_its_way


@st.fragment
def _reading(case: Case, card: Card) -> None:
    """Choosing a label runs only this."""
    left, right = st.columns([1.85, 1], gap="small")
    answer = case.answers.get((card.id, case.frame))
    overlay = outline = None
    message = ""
    with right:
        _heading(card, case)
        if isinstance(answer, Prediction):
            familiarity.warn(answer)
            chosen = findings.show(
                answer,
                card,
                case.labels.get(card.id) or findings.first_choice(answer, card),
                question=f"{case.id} {case.frame} {card.id}",
                notes=case.drawn[0].notes if case.drawn else (),
            )
            case.labels[card.id] = chosen
            label = next(label for label in card.labels if label.name == chosen)
            shown = evidence.show(case, card, answer, label)
            if shown.explanation is not None:
                overlay = viewer.overlay_data(shown.explanation, label)
                reliability.show(case, card, label, shown.method)
            message, outline = shown.message, flip.show(case, card, chosen).get("outline")
        else:
            _no_findings(case, card, answer)
    with left, st.container(key="film"):
        _film(case, overlay, outline, message)


def _heading(card: Card, case: Case) -> None:
    synthetic = case.drawn is not None and case.drawn[0].synthetic
    words = [word for word, applies in (("Synthetic film", synthetic), ("Synthetic model", card.synthetic)) if applies]
    badges = " ".join(f":orange-badge[{word}]" for word in words)
    st.markdown(f"**{card.title}** &nbsp;:gray[{card.version}]  \n{badges}")


def _no_findings(case: Case, card: Card, answer: Refusal | None) -> None:
    trouble = case.troubles.get((card.id, case.frame))
    if case.unreadable is not None:
        states.refused(case.unreadable, readable=False)
    elif answer is not None:
        states.refused(answer, readable=True)
    elif trouble is not None:
        states.panel("error", "No answer", trouble)
        if st.button("Ask again"):
            asking.retry(case, card.id)
            st.rerun()
    else:
        states.waiting()


def _film(case: Case, overlay: dict[str, object] | None, outline: list[list[bool]] | None, message: str) -> None:
    film: DrawableFilm | None = None
    url = ""
    if case.drawn is not None:
        film, url = case.drawn
    elif case.unreadable is not None:
        message = "No film to show."
    else:
        message = "Reading the film…"
    frame = viewer.show(film, url, case.id, overlay, message, outline=outline)
    if frame is not None and frame != case.frame:
        case.turn_to(frame)
        st.rerun()


@st.fragment(run_every=_POLL_SECONDS)
def _poll(case: Case, card: Card) -> None:
    if not asking.ask(case, card.id, draw=True):
        st.rerun()


page()
