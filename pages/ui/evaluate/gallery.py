"""Show the images of the selected cases with their heat maps."""

from html import escape

import streamlit as st

from meddx.model.card import Card
from meddx.types import Prediction, Refusal, StoredFrame
from pages.ui.common import engine_requests, engine_state, notices
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.common.recorded_images import open_in_diagnose
from pages.ui.common.session import SessionCase
from pages.ui.common.thumbnail import image_uri, overlay_uri
from pages.ui.diagnose.ood_warning import short_warnings
from pages.ui.evaluate import case_list
from pages.ui.evaluate.page_state import PageState, SelectedCases

MAX_IMAGES = 4
"""Images shown at a time."""
_MAX_CACHED_BYTES = 64 << 20
"""Of the files that the session keeps; the last MAX_IMAGES stay, though they may be cines of hundreds of megabytes."""
_POLL_SECONDS = 0.6


def render_gallery(state: PageState, selection: SelectedCases) -> None:
    """Draw the first images of the selection, or say why there are none."""
    card = state.subject.card
    rows = [int(row) for row in selection.rows[:MAX_IMAGES]]
    if not rows:
        return
    if card is None:
        st.caption(_("No images: a file of scores contains predictions only."))
        return
    first = state.subject.image(state.subject.predictions.cases[rows[0]]) if rows[0] not in state.images else None
    if isinstance(first, Refusal):
        st.caption(_("No images to show: {reason}").format(reason=translated(first.reason)))
        return
    waiting = _waiting(state, card, rows)
    st.fragment(_images, run_every=_POLL_SECONDS if waiting else None)(state, card, rows, waiting)


def _waiting(state: PageState, card: Card, rows: list[int]) -> bool:
    """Request missing images and predictions; return whether any are still pending."""
    images = [case for row in rows if (case := case_image(state, row)) is not None]
    pending = [engine_requests.request_case(case, card.key, draw=True) for case in images]
    return any(pending)


def case_image(state: PageState, row: int) -> SessionCase | None:
    """Return the image of a case, cached in the session; None where there is none."""
    if row not in state.images:
        name = state.subject.predictions.cases[row]
        stored = state.subject.image(name)
        if isinstance(stored, Refusal):
            return None
        state.images[row] = SessionCase(name, stored.data, frame=stored.frame)
        held = sum(len(case.data) for case in state.images.values())
        for oldest in list(state.images)[:-MAX_IMAGES]:
            if held <= _MAX_CACHED_BYTES:
                break
            held -= len(state.images.pop(oldest).data)
    else:
        state.images[row] = state.images.pop(row)  # used last
    return state.images[row]


def _images(state: PageState, card: Card, rows: list[int], polling: bool) -> None:
    if polling and not _waiting(state, card, rows):
        st.rerun()
    if all(case.drawn is None for case in state.images.values()) and engine_state.current_state() != "ready":
        notices.render_waiting()
    evidence = st.toggle(_("Show heat maps"), value=True, key="evaluate-evidence")
    for row, place in zip(rows, st.columns(MAX_IMAGES, gap="small"), strict=False):
        with place:
            case = case_image(state, row)
            if case is None:
                st.caption(_("This image is not available."))
            else:
                _figure(state, card, row, case, evidence)


def _figure(state: PageState, card: Card, row: int, case: SessionCase, evidence: bool) -> None:
    answer = case.answers.get(case.key(card.key))
    label = _explained_label(state, row)
    title, p = state.subject.label_title(label), state.scores(label)[row]
    outcome = _("True: {true}. Predicted: {predicted}.").format(
        true=case_list.true_titles(state, row), predicted=case_list.predicted_titles(state, row)
    )
    warnings: list[str] = []
    if isinstance(answer, Prediction) and case.drawn is not None:
        part = max(state.subject.parts.get(label, (label,)), key=answer.probabilities.__getitem__)
        if part != label:
            title = translated(next(one.title for one in card.labels if one.name == part))
            p = answer.probabilities[part]
        source = overlay_uri(case.drawn[0], answer, part) if evidence else image_uri(case.drawn[0])
        alternative = (
            _("Image with the heat map for {label}. {outcome}").format(label=title, outcome=outcome)
            if evidence
            else _("Image. {outcome}").format(outcome=outcome)
        )
        content = f'<img src="{source}" alt="{escape(alternative)}">'
        warnings = short_warnings(answer, card)
    else:
        refusal = case.unreadable or (answer if isinstance(answer, Refusal) else None)
        trouble = refusal.reason if refusal else case.errors.get(case.key(card.key), "")
        message = translated(trouble) or _("Reading the image…")
        content = f"<p>{escape(message)}</p>"
    explained = _("Evidence for {label}, p {p}").format(label=title, p=f"{p:.3f}")
    st.html(
        f'<figure class="image"><div>{content}</div><figcaption><b>{escape(state.subject.predictions.cases[row])}</b>'
        f"<span>{escape(outcome)}</span><span>{escape(explained)}</span>"
        f"{''.join(f'<span>{escape(translated(warning))}</span>' for warning in warnings)}</figcaption></figure>"
    )
    if was_pressed(st.button, _("Open in Diagnose"), key=f"open {state.subject.key} {row}", type="tertiary"):
        open_in_diagnose(case.name, StoredFrame(case.data, case.frame), card.id, state.subject.address(case.name))


def _explained_label(state: PageState, row: int) -> str:
    """Return the predicted label, or of independent labels the one with the largest error."""
    if state.subject.exclusive:
        return case_list.most_probable_label(state, row)
    predictions = state.subject.predictions
    error = abs(predictions.probabilities[row] - predictions.targets[row])
    return predictions.labels[int(error.argmax())]
