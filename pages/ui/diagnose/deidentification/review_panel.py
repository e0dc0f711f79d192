"""What a reader is asked about a film before it becomes one of the session: which text in its pixels is masked."""

from concurrent.futures import Future
from functools import partial

import streamlit as st

from meddx.errors import EngineUnavailable, Refused
from meddx.types import Box, DrawableImage
from pages.ui.common import account_engine, engine_requests, notices, session_audit
from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.progress_panel import ProgressState, render_progress_panel
from pages.ui.common.session import AskedFilm, Session
from pages.ui.common.viewer import image_viewer
from pages.ui.diagnose import arrivals
from pages.ui.diagnose.deidentification import place_editor
from pages.ui.diagnose.deidentification.film_arrival import add_masked

_POLL_SECONDS = 0.4
_VIEWER = "review-viewer"


def render_review(session: Session) -> bool:
    """Draw the next film that a reader is asked about, in place of the page; return whether there is one."""
    arrivals.collect_arrivals(session)
    if not session.asked:
        return False
    asked = session.asked[0]
    place_editor.set_drawn_places(asked, image_viewer.places_set(_VIEWER))
    if asked.masking is not None and asked.masking.done():
        _collect(session, asked, asked.masking)
        st.rerun()
    if asked.is_confirmed:
        _mask(asked)
    st.header(_("Is this text of a patient?"), anchor=False)
    left, right = st.columns([1.85, 1], gap="small")
    with left, st.container(key="image"):
        drawing = _render_film(asked, place_editor.ticked_places(asked))
    with right:
        _render_choice(session, asked)
    if asked.masking is not None or drawing is not None:
        st.fragment(_poll, run_every=_POLL_SECONDS)(asked, drawing)
    return True


def _render_choice(session: Session, asked: AskedFilm) -> None:
    """Draw what was found, and the reader's choice, beside the film: the fields of a place need its size."""
    st.write(_explanation(asked))
    place_editor.render_places(asked, disabled=asked.masking is not None)
    if asked.masking is not None:
        render_progress_panel(ProgressState(_("Masking")))
        return
    kept = place_editor.ticked_places(asked)
    if asked.fault:
        notices.render_notice("error", _("Not masked"), asked.fault)
    label = _("Mask what is ticked and open") if kept else _("Open without masking anything")
    st.button(label, type="primary", key=f"mask {asked.case.id}", on_click=_confirm, args=(asked,))
    st.button(_("Leave this image out"), key=f"leave out {asked.case.id}", on_click=_leave_out, args=(session, asked))
    if others := len(session.asked) - 1 + len(session.films):
        st.caption(
            ngettext("{count} more image waits.", "{count} more images wait.", others).format(count=number(others))
        )


def _explanation(asked: AskedFilm) -> str:
    if not asked.boxes:
        return _(
            "The file says that text is burned into its pixels, and none was found. Look at the image in other "
            "windows, and mark a name, a number or a date of a patient by dragging over it; or leave the image out."
        )
    count = len(asked.boxes)
    found = ngettext("Text was found in {count} place.", "Text was found in {count} places.", count)
    return (
        found.format(count=number(count))
        + "\n\n"
        + _(
            "What is ticked is blackened for good before a model reads the image and before anything of it is kept or "
            "exported. Untick what is no text of a patient. Drag over other text to mark it, inside a place to move "
            "it, at its edge to resize it."
        )
    )


def _render_film(asked: AskedFilm, kept: dict[int, Box]) -> Future[DrawableImage] | None:
    """Draw the film, and return the request for its image where that was still to come."""
    case = asked.case

    def turn(frame: int) -> None:
        if frame != case.frame and frame < case.frames:
            case.turn_to(frame)
            asked.drawing = None

    image_viewer.follow_turn(_VIEWER, case.id, turn)
    awaited, message = None, ""
    if case.drawn is None:
        if asked.drawing is None:
            image = partial(account_engine.own_engine().image, case.data, case.frame)
            asked.drawing = engine_requests.run_in_background(image)
        if asked.drawing.done():
            message = _take_drawing(asked, asked.drawing)
        else:
            awaited, message = asked.drawing, _("Reading the image…")
    drawn, url = case.drawn or (None, "")
    image_viewer.render_viewer(
        drawn, url, case.id, None, message, places=kept if asked.masking is None else None,
        places_heard=asked.drawn, frame=case.frame, frames=case.frames, key=_VIEWER,
    )  # fmt: skip
    return awaited


def _take_drawing(asked: AskedFilm, drawing: Future[DrawableImage]) -> str:
    """Keep the image that was drawn; return why there is none, "" where there is."""
    try:
        asked.case.draw(drawing.result())
    except (Refused, EngineUnavailable) as error:
        return error.reason if isinstance(error, Refused) else str(error)
    return ""


def _poll(asked: AskedFilm, drawing: Future[DrawableImage] | None) -> None:
    """Draw the page anew when what it was drawn without is there. drawing: the request for the image, if it was."""
    if any(one is not None and one.done() for one in (asked.masking, drawing)):
        st.rerun()


def _confirm(asked: AskedFilm) -> None:
    asked.is_confirmed = True  # masked once the places are set that were drawn before the click


def _mask(asked: AskedFilm) -> None:
    boxes = tuple(place_editor.ticked_places(asked).values())
    asked.fault, asked.kept, asked.is_confirmed = "", boxes, False
    asked.masking = engine_requests.run_in_background(
        partial(account_engine.own_engine().mask_text, asked.case.data, boxes)
    )


def _leave_out(session: Session, asked: AskedFilm) -> None:
    if asked in session.asked:
        session.asked.remove(asked)


def _collect(session: Session, asked: AskedFilm, masking: Future[bytes]) -> None:
    asked.masking = None
    if asked.kept != tuple(place_editor.ticked_places(asked).values()):  # one was drawn before the page said "Masking"
        _mask(asked)
        return
    try:
        data = masking.result()
        _note_decision(asked, data)
    except (Refused, EngineUnavailable) as error:
        asked.fault = error.reason if isinstance(error, Refused) else str(error)
        return
    session.asked.remove(asked)
    add_masked(session, asked, data, asked.kept)


def _note_decision(asked: AskedFilm, data: bytes) -> None:
    """Tell the audit log what became of the places that were found. data: the masked file."""
    found, as_found = len(asked.boxes), len(set(asked.kept) & set(asked.boxes))
    detail = (
        f"of {found} places of text found, {as_found} masked as found and {found - as_found} removed or changed; "
        f"{len(set(asked.kept) - set(asked.boxes))} masked as set by hand"
    )
    session_audit.actor().record("view", data=data, detail=detail)
