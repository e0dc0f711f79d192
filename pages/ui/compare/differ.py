"""Cases on which two systems differ: a table to choose from, and the chosen film before both."""

from collections.abc import Mapping, Sequence

import streamlit as st

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.discordant import Discordant, discordant
from meddx.evaluate.paired.system import System
from meddx.model.card import Card
from meddx.types import Refusal
from pages.ui import recorded, states
from pages.ui.compare import side
from pages.ui.findings import percent
from pages.ui.installed import installed
from pages.ui.session import Case

_OPEN = "compare-open"
BOTH, FIRST, SECOND = "All", "Only the first right", "Only the second right"


def show(aligned: Aligned, both: tuple[System, System], label: str | None, titles: Mapping[str, str]) -> None:
    """The table, the surest mistakes first; opening a row shows its film below, if it is on this machine."""
    a, b = both
    found = discordant(aligned, a.id, b.id, label)
    words = dict(titles) | {f"no {name}": f"no {title}" for name, title in titles.items()}
    only_a = sum(one.a_is_right for one in found)
    st.write(
        f"{len(found):,} of {len(aligned):,} cases: only {a.title} is right in {only_a:,}, "
        f"only {b.title} in {len(found) - only_a:,}. First those where both were surest."
    )
    if not found:
        return
    names = {BOTH: BOTH, FIRST: f"Only {a.title} right", SECOND: f"Only {b.title} right"}
    kept = st.segmented_control(
        "Which", list(names), default=BOTH, required=True, format_func=names.__getitem__, key="compare-which",
        label_visibility="collapsed",
    )  # fmt: skip
    rows = [one for one in found if kept == BOTH or one.a_is_right == (kept == FIRST)]
    if not rows:
        st.write("None of these.")
        return
    key = f"compare-cases {a.id} {b.id} {label} {kept}"
    st.dataframe(
        table(rows, both, words), key=key, on_select=lambda: _chosen(key, rows), selection_mode="single-row",
        hide_index=True, height=min(36 * (len(rows) + 1) + 2, 330),
    )  # fmt: skip
    if st.button("Open the first", key="compare-first-case"):
        st.session_state[_OPEN] = rows[0].case
    _opened(both, [one for one in found if one.case == st.session_state.get(_OPEN)], words)


def table(found: Sequence[Discordant], both: tuple[System, System], words: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows of the table. words: an answer as readers know it."""
    a, b = both
    return [
        {
            "Case": one.case,
            "Truth": words[one.truth],
            "Right": a.title if one.a_is_right else b.title,
            f"{a.title} said": _said(words[one.called_a], one.sure_a, a),
            f"{b.title} said": _said(words[one.called_b], one.sure_b, b),
        }
        for one in found
    ]


def _said(answer: str, sure: float, system: System) -> str:
    """Readers and majorities are not sure of anything by so many percent."""
    return f"{answer}, {percent(sure)}" if system.scored else answer


def _chosen(key: str, rows: Sequence[Discordant]) -> None:
    picked = st.session_state[key]["selection"]["rows"]
    if picked:
        st.session_state[_OPEN] = rows[picked[0]].case


def _opened(both: tuple[System, System], found: list[Discordant], words: Mapping[str, str]) -> None:
    if not found:
        return
    one = found[0]
    cards = [installed().cards[system.id] for system in both if system.kind == "model"]
    st.subheader(f"{one.case}: truly {words[one.truth]}", anchor=False)
    if not cards:
        states.panel("refused", "No model to ask", "Neither of the two is a model that is installed here.")
        return
    case = _film(one.case, cards[0].id)
    if isinstance(case, Refusal):
        states.panel("refused", "The film is not here", case.reason)
        return
    side.show(case, cards, first=_disputed(one, cards[0]))


def _disputed(one: Discordant, card: Card) -> str | None:
    """The disease that one calls and the other does not: that of the wrong answer, or of the truth."""
    wrong = one.called_b if one.a_is_right else one.called_a
    diseases = [label.name for label in card.labels if not label.absence]
    return next((name for name in (wrong, one.truth) if name in diseases), None)


def _film(name: str, model: str) -> Case | Refusal:
    """The film of a recorded case, kept while it is the one open."""
    held = st.session_state.get("compare-film")
    if isinstance(held, Case) and held.name == name:
        return held
    stored = recorded.film_of(model, name)
    if isinstance(stored, Refusal):
        return stored
    case = Case(name, stored.data, frame=stored.frame)
    st.session_state["compare-film"] = case
    return case
