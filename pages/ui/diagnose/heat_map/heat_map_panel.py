"""The heat map of the open image: which method draws it, what that measures, and how far it is when it takes long."""

from dataclasses import dataclass

import streamlit as st

from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import Explanation, Prediction
from pages.ui.common import notices
from pages.ui.common.session import MapRequestKey, SessionCase
from pages.ui.diagnose.heat_map import map_requests, map_sentences, method_picker

_POLL_SECONDS = 0.4


@dataclass(frozen=True)
class SelectedMap:
    """What the reader looks at. method: its name; explanation: its maps, None as long as there are none.

    message: what the image must say in their place.
    """

    method: str
    explanation: Explanation | None
    message: str = ""


def render_heat_map(case: SessionCase, card: Card, answer: Prediction, label: Label) -> SelectedMap:
    """The choice of method and what its map says about `label`, or how far it is; returns what the image must show."""
    method = method_picker.pick_method(card)
    key = (card.id, case.frame, method)
    found = answer.explanation if method == answer.explanation.method else map_requests.latest_map(case, key)
    about = [METHODS[method].colours]
    if isinstance(found, Explanation):
        about += [map_sentences.scale_sentence(found), map_sentences.strength_sentence(found, label)]
    st.html(map_sentences.paragraphs(about))
    if isinstance(found, Explanation):
        return SelectedMap(method, found)
    st.fragment(_how_far, run_every=None if found.ended else _POLL_SECONDS)(case, key)
    title = METHODS[method].title
    return SelectedMap(method, None, f"No map by {title}." if found.ended else f"{title} is on its way…")


def _how_far(case: SessionCase, key: MapRequestKey) -> None:
    """Progress with a way out, or why there is no map; the page runs again when the map is there."""
    before = case.maps.get(key)
    found = map_requests.latest_map(case, key)
    if isinstance(found, Explanation) or (found.ended and found != before):
        st.rerun()
    title = METHODS[key[2]].title
    name = " ".join(map(str, (case.id, *key)))
    if not found.ended:
        st.progress(
            min(found.done / found.total, 1.0) if found.total else 0.0, text=map_sentences.map_progress_text(found)
        )
        if found.id and st.button("Stop", key=f"stop map {name}", type="tertiary"):
            map_requests.stop_map_job(case, key)
            st.rerun()
        return
    if found.state == "failed":
        notices.render_notice("error", f"No map by {title}", found.message)
    if st.button(f"Compute {title}", key=f"map {name}"):
        map_requests.retry_map(case, key)
        st.rerun()
