"""Images of the chosen cases with their heat maps: what the model saw, and where it looked."""

from html import escape

import streamlit as st

from meddx.model.card import Card
from meddx.types import Prediction, Refusal, StoredFrame
from pages.ui.common import engine_requests, engine_state, notices
from pages.ui.common.recorded_images import open_in_diagnose
from pages.ui.common.session import SessionCase
from pages.ui.common.thumbnail import image_uri, overlay_uri
from pages.ui.evaluate import case_list
from pages.ui.evaluate.page_state import PageState, SelectedCases

MAX_IMAGES = 4
"""Images at a time."""
_KEPT = 16
"""Images that the session keeps ready."""
_POLL_SECONDS = 0.6


def render_gallery(state: PageState, chosen: SelectedCases) -> None:
    """The first images; says so where there are none to show."""
    card = state.subject.card
    rows = [int(row) for row in chosen.rows[:MAX_IMAGES]]
    if not rows:
        return
    if card is None:
        st.caption("No images: these are the predictions of another system.")
        return
    first = state.subject.image(state.subject.predictions.cases[rows[0]]) if rows[0] not in state.images else None
    if isinstance(first, Refusal):
        st.caption(f"No images to show: {first.reason} The table stands.")
        return
    waiting = _waiting(state, card, rows)
    st.fragment(_images, run_every=_POLL_SECONDS if waiting else None)(state, card, rows, waiting)


def _waiting(state: PageState, card: Card, rows: list[int]) -> bool:
    """Whether some image or answer is still on its way; asks for it."""
    images = [case for row in rows if (case := case_image(state, row)) is not None]
    on_their_way = [engine_requests.request_case(case, card.id, draw=True) for case in images]
    return any(on_their_way)


def case_image(state: PageState, row: int) -> SessionCase | None:
    """The image of a case, held for the session; None where there is none."""
    if row not in state.images:
        name = state.subject.predictions.cases[row]
        stored = state.subject.image(name)
        if isinstance(stored, Refusal):
            return None
        while len(state.images) >= _KEPT:
            state.images.pop(next(iter(state.images)))
        state.images[row] = SessionCase(name, stored.data, frame=stored.frame)
    return state.images[row]


def _images(state: PageState, card: Card, rows: list[int], polling: bool) -> None:
    if polling and not _waiting(state, card, rows):
        st.rerun()
    if all(case.drawn is None for case in state.images.values()) and engine_state.current_state() != "ready":
        notices.render_waiting()
    evidence = st.toggle("Heat maps over the images", value=True, key="evaluate-evidence")
    for row, place in zip(rows, st.columns(MAX_IMAGES, gap="small"), strict=False):
        with place:
            case = case_image(state, row)
            if case is None:
                st.caption("This image is not here.")
            else:
                _one(state, card, row, case, evidence)


def _one(state: PageState, card: Card, row: int, case: SessionCase, evidence: bool) -> None:
    answer = case.answers.get((card.id, case.frame))
    label = _explained(state, row)
    of, p = state.subject.titles[label], state.scores(label)[row]
    said = f"True: {case_list.true_titles(state, row)}. Called: {case_list.called_titles(state, row)}."
    if isinstance(answer, Prediction) and case.drawn is not None:
        part = max(state.subject.parts.get(label, (label,)), key=answer.probabilities.__getitem__)
        if part != label:
            of, p = next(one.title for one in card.labels if one.name == part), answer.probabilities[part]
        source = overlay_uri(case.drawn[0], answer, part) if evidence else image_uri(case.drawn[0])
        seen = f"Image with the evidence for {label}" if evidence else "Image"
        shown = f'<img src="{source}" alt="{escape(f"{seen}. {said}")}">'
    else:
        refusal = case.unreadable or (answer if isinstance(answer, Refusal) else None)
        words = refusal.reason if refusal else case.troubles.get((card.id, case.frame), "Reading the image…")
        shown = f"<p>{escape(words)}</p>"
    st.html(
        f'<figure class="image"><div>{shown}</div><figcaption><b>{escape(state.subject.predictions.cases[row])}</b>'
        f"<span>{escape(said)}</span><span>Evidence for {escape(of)}, p {p:.3f}</span>"
        "</figcaption></figure>"
    )
    if st.button("Open in Diagnose", key=f"open {state.subject.key} {row}", type="tertiary"):
        open_in_diagnose(case.name, StoredFrame(case.data, case.frame), card.id)


def _explained(state: PageState, row: int) -> str:
    """The label whose evidence is shown: the one called, or of independent labels the one most wrongly scored."""
    if state.subject.exclusive:
        return case_list.most_probable(state, row)
    predictions = state.subject.predictions
    gap = abs(predictions.probabilities[row] - predictions.targets[row])
    return predictions.labels[int(gap.argmax())]
