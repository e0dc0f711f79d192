"""The heat map of the open film: which method draws it, what that measures, and how far it is when it takes long."""

from dataclasses import dataclass

import streamlit as st

from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import Explanation, Prediction
from pages.ui import states
from pages.ui.evidence import asked, choice, words
from pages.ui.session import Case, MapQuestion

_POLL_SECONDS = 0.4


@dataclass(frozen=True)
class Shown:
    """What the reader looks at. method: its name; explanation: its maps, None as long as there are none.

    message: what the film must say in their place.
    """

    method: str
    explanation: Explanation | None
    message: str = ""


def show(case: Case, card: Card, answer: Prediction, label: Label) -> Shown:
    """The choice of method and what its map says about `label`, or how far it is; returns what the film must show."""
    method = choice.choose(card)
    key = (card.id, case.frame, method)
    found = answer.explanation if method == answer.explanation.method else asked.latest(case, key)
    about = [words.measures(METHODS[method])]
    if isinstance(found, Explanation):
        about += [words.scale(found), words.evidence_sentence(found, label)]
    st.html(words.paragraphs(about))
    if isinstance(found, Explanation):
        return Shown(method, found)
    st.fragment(_how_far, run_every=None if found.ended else _POLL_SECONDS)(case, key)
    title = METHODS[method].title
    return Shown(method, None, f"No map by {title}." if found.ended else f"{title} is on its way…")


def _how_far(case: Case, key: MapQuestion) -> None:
    """Progress with a way out, or why there is no map; the page runs again when the map is there."""
    before = case.maps.get(key)
    found = asked.latest(case, key)
    if isinstance(found, Explanation) or (found.ended and found != before):
        st.rerun()
    title = METHODS[key[2]].title
    name = " ".join(map(str, (case.id, *key)))
    if not found.ended:
        st.progress(min(found.done / found.total, 1.0) if found.total else 0.0, text=words.progress(found))
        if found.id and st.button("Stop", key=f"stop map {name}", type="tertiary"):
            asked.stop(case, key)
            st.rerun()
        return
    if found.state == "failed":
        states.panel("error", f"No map by {title}", found.message)
    if st.button(f"Compute {title}", key=f"map {name}"):
        asked.again(case, key)
        st.rerun()
