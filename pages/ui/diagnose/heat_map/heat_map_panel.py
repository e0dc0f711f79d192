"""The heat map of the open image: choice of method, what its colours mean, and progress while it is computed."""

from dataclasses import dataclass

import streamlit as st

from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import Explanation, Prediction
from pages.ui.common import notices
from pages.ui.common.default_method import default_sentence
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import usable_map_record
from pages.ui.common.presses import was_pressed
from pages.ui.common.progress_panel import job_progress, render_progress_panel
from pages.ui.common.session import MapRequestKey, SessionCase
from pages.ui.diagnose.heat_map import map_requests, map_sentences, method_picker

_POLL_SECONDS = 0.4


@dataclass(frozen=True)
class SelectedMap:
    """Hold what the reader has chosen to see. method: its name; explanation: its maps, None while there are none.

    message: what the viewer shows while there are none.
    """

    method: str
    explanation: Explanation | None
    message: str = ""


def render_heat_map(case: SessionCase, card: Card, answer: Prediction, label: Label) -> SelectedMap:
    """Draw the choice of method and its sentences on `label`, or its progress; return what the viewer must show."""
    method = method_picker.pick_method(card)
    key = (*case.key(card.key), method)
    state = answer.explanation if method == answer.explanation.method else map_requests.latest_map(case, key)
    record = usable_map_record(card)
    sentences = [*([] if record is None else [default_sentence(record)]), translated(METHODS[method].colours)]
    if isinstance(state, Explanation):
        sentences += [map_sentences.scale_sentence(state), map_sentences.strength_sentence(state, label)]
    st.html(map_sentences.sentences_html(sentences))
    if isinstance(state, Explanation):
        return SelectedMap(method, state)
    st.fragment(_render_progress, run_every=None if state.ended else _POLL_SECONDS)(case, key)
    title = translated(METHODS[method].title)
    return SelectedMap(method, None, _message(title, ended=state.ended))


def _message(title: str, *, ended: bool) -> str:
    message = _("No {method} heat map.") if ended else _("Computing the {method} heat map…")
    return message.format(method=title)


def _render_progress(case: SessionCase, key: MapRequestKey) -> None:
    """Draw the progress, or why there is no map; rerun the page when the map is there."""
    before = case.maps.get(key)
    state = map_requests.latest_map(case, key)
    if isinstance(state, Explanation) or (state.ended and state != before):
        st.rerun()
    title = translated(METHODS[key[-1]].title)
    element_key = " ".join(map(str, (case.id, *key)))
    if not state.ended:
        cancel_key = f"cancel map {element_key}" if state.id else None  # a quick map has no job to cancel
        if render_progress_panel(job_progress(state, _("Computing the heat map")), cancel_key):
            map_requests.cancel_map_job(case, key)
            st.rerun()
        return
    if state.state == "failed":
        notices.render_notice("error", _("No {method} heat map").format(method=title), state.message)
    if was_pressed(st.button, _("Compute {method}").format(method=title), key=f"map {element_key}"):
        map_requests.retry_map(case, key)
        st.rerun()
