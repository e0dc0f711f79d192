"""One film, many models: a film of the session, or one added here."""

import streamlit as st

from meddx.model.card import Card
from pages.ui import states, uploads
from pages.ui.compare import side, subjects
from pages.ui.session import session

MOST = 3


def sidebar(cards: dict[str, Card]) -> list[Card]:
    """Which models, and which film."""
    if "compare-film-models" not in st.session_state:
        st.session_state["compare-film-models"] = _first(cards)
    chosen = st.multiselect(
        "Models",
        list(cards),
        format_func=lambda name: cards[name].title,
        key="compare-film-models",
        max_selections=MOST,
    )
    films = session()
    if films.cases:
        names = {case.id: case.name for case in films.cases}
        if st.session_state.get("compare-film-case") not in names:
            st.session_state["compare-film-case"] = films.current.id if films.current else films.cases[0].id
        picked = st.selectbox("Film", list(names), format_func=names.__getitem__, key="compare-film-case")
        case = films.find(picked)
        if case is not None and case is not films.current:
            films.open(case)
        uploads.drop_zone()
        uploads.samples(cards, compact=True)
    return [cards[name] for name in chosen]


def _first(cards: dict[str, Card]) -> list[str]:
    """The best model of all that share a data set, and the best other one of it."""
    found = subjects.partners({name: one for name, one in subjects.systems().items() if name in cards})
    if not found:
        return list(cards)[:2]
    first = subjects.first_choice(found)
    return [first, found[first][0]]


def show(cards: dict[str, Card], chosen: list[Card]) -> None:
    """The film before the chosen models, or the way to add one."""
    films = session()
    if films.current is None:
        st.write("Add a film to see what each model says of it and where it looked.")
        uploads.drop_zone()
        uploads.samples(cards, compact=False)
        states.keeping()
        return
    if len(chosen) < 2:
        st.write("Choose two or three models.")
        return
    side.show(films.current, chosen)
