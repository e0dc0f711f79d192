"""Cases on which two systems differ: a table to choose from, and the chosen image before both."""

from collections.abc import Mapping, Sequence

import streamlit as st

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.discordant_cases import DiscordantCase, discordant_cases
from meddx.evaluate.paired.system import System
from meddx.formatting import probability
from meddx.model.card import Card
from meddx.types import Refusal
from pages.ui.common import notices, recorded_images
from pages.ui.common.installed_models import installed_models
from pages.ui.common.session import SessionCase
from pages.ui.compare import side_by_side

_OPEN = "compare-open"
BOTH, FIRST, SECOND = "All", "Only the first right", "Only the second right"


def render_discordant_cases(
    aligned: Aligned, both: tuple[System, System], label: str | None, titles: Mapping[str, str]
) -> None:
    """The table, the surest mistakes first; opening a row shows its image below, if it is on this machine."""
    a, b = both
    found = discordant_cases(aligned, a.id, b.id, label)
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
        discordant_table(rows, both, words), key=key, on_select=lambda: _chosen(key, rows), selection_mode="single-row",
        hide_index=True, height=min(36 * (len(rows) + 1) + 2, 330),
    )  # fmt: skip
    if st.button("Open the first", key="compare-first-case"):
        st.session_state[_OPEN] = rows[0].case
    _opened(both, [one for one in found if one.case == st.session_state.get(_OPEN)], words)


def discordant_table(
    found: Sequence[DiscordantCase], both: tuple[System, System], words: Mapping[str, str]
) -> list[dict[str, str]]:
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
    return f"{answer}, {probability(sure)}" if system.scored else answer


def _chosen(key: str, rows: Sequence[DiscordantCase]) -> None:
    picked = st.session_state[key]["selection"]["rows"]
    if picked:
        st.session_state[_OPEN] = rows[picked[0]].case


def _opened(both: tuple[System, System], found: list[DiscordantCase], words: Mapping[str, str]) -> None:
    if not found:
        return
    one = found[0]
    cards = [installed_models().cards[system.id] for system in both if system.kind == "model"]
    st.subheader(f"{one.case}: truly {words[one.truth]}", anchor=False)
    if not cards:
        notices.render_notice("refused", "No model to ask", "Neither of the two is a model that is installed here.")
        return
    case = _image(one.case, cards[0].id)
    if isinstance(case, Refusal):
        notices.render_notice("refused", "The image is not here", case.reason)
        return
    side_by_side.render_side_by_side(case, cards, first=_disputed(one, cards[0]))


def _disputed(one: DiscordantCase, card: Card) -> str | None:
    """The disease that one calls and the other does not: that of the wrong answer, or of the truth."""
    wrong = one.called_b if one.a_is_right else one.called_a
    diseases = [label.name for label in card.labels if not label.absence]
    return next((name for name in (wrong, one.truth) if name in diseases), None)


def _image(name: str, model: str) -> SessionCase | Refusal:
    """The image of a recorded case, kept while it is the one open."""
    held = st.session_state.get("compare-image")
    if isinstance(held, SessionCase) and held.name == name:
        return held
    stored = recorded_images.recorded_image(model, name)
    if isinstance(stored, Refusal):
        return stored
    case = SessionCase(name, stored.data, frame=stored.frame)
    st.session_state["compare-image"] = case
    return case
