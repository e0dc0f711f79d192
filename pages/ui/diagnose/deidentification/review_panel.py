"""What a reader is asked about a film before it becomes one of the session: which text in its pixels is masked."""

from concurrent.futures import Future
from functools import partial

import streamlit as st

from meddx.errors import EngineUnavailable, Refused
from meddx.types import Box, DrawableImage
from pages.ui.common import account_engine, engine_requests, notices
from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.progress_panel import ProgressState, render_progress_panel
from pages.ui.common.session import AskedFilm, Session
from pages.ui.common.viewer import image_viewer
from pages.ui.diagnose import arrivals
from pages.ui.diagnose.deidentification.box_outline import box_outline
from pages.ui.diagnose.deidentification.film_arrival import add_masked

_POLL_SECONDS = 0.4


def render_review(session: Session) -> bool:
    """Draw the next film that a reader is asked about, in place of the page; return whether there is one."""
    arrivals.collect_arrivals(session)
    if not session.asked:
        return False
    asked = session.asked[0]
    if asked.masking is not None and asked.masking.done():
        _collect(session, asked, asked.masking)
        st.rerun()
    st.header(_("Is this text of a patient?"), anchor=False)
    left, right = st.columns([1.85, 1], gap="small")
    with right:
        kept = _render_choice(session, asked)
    with left, st.container(key="image"):
        _render_film(asked, kept)
    if asked.masking is not None or _is_drawing(asked):
        st.fragment(_poll, run_every=_POLL_SECONDS)(asked)
    return True


def _render_choice(session: Session, asked: AskedFilm) -> tuple[Box, ...]:
    """Draw what was found, and the reader's choice; return the boxes that are ticked."""
    st.write(_explanation(asked))
    kept = tuple(
        box
        for at, box in enumerate(asked.boxes)
        if st.checkbox(
            _place(at, box), value=True, key=f"text {asked.case.id} {at}", disabled=asked.masking is not None
        )
    )
    if asked.masking is not None:
        render_progress_panel(ProgressState(_("Masking")))
        return kept
    if asked.fault:
        notices.render_notice("error", _("Not masked"), asked.fault)
    label = _("Mask what is ticked and open") if kept else _("Open without masking anything")
    st.button(label, type="primary", key=f"mask {asked.case.id}", on_click=_mask, args=(asked, kept))
    st.button(_("Leave this image out"), key=f"leave out {asked.case.id}", on_click=_leave_out, args=(session, asked))
    if others := len(session.asked) - 1 + len(session.films):
        st.caption(
            ngettext("{count} more image waits.", "{count} more images wait.", others).format(count=number(others))
        )
    return kept


def _explanation(asked: AskedFilm) -> str:
    if not asked.boxes:
        return _(
            "The file says that text is burned into its pixels, and none was found. Look at the image in other "
            "windows, and leave it out where you see a name, a number or a date of a patient."
        )
    count = len(asked.boxes)
    found = ngettext("Text was found in {count} place.", "Text was found in {count} places.", count)
    return (
        found.format(count=number(count))
        + "\n\n"
        + _(
            "What is ticked is blackened for good before a model reads the image and before anything of it is kept or "
            "exported. Untick what is no text of a patient; leave the image out where other text can be seen."
        )
    )


def _place(at: int, box: Box) -> str:
    return _("Place {number}: rows {top} to {bottom}, columns {left} to {right}").format(
        number=at + 1, top=box.top + 1, bottom=box.bottom, left=box.left + 1, right=box.right
    )


def _render_film(asked: AskedFilm, kept: tuple[Box, ...]) -> None:
    case = asked.case
    image, url, message = None, "", _("Reading the image…")
    if case.drawn is None and isinstance(asked.drawing, Future) and asked.drawing.done():
        message = _take_drawing(asked, asked.drawing)
    if case.drawn is None and asked.drawing is None:
        asked.drawing = engine_requests.run_in_background(
            partial(account_engine.own_engine().image, case.data, case.frame)
        )
    if case.drawn is not None:
        image, url = case.drawn
    outline = box_outline(kept, image.rows, image.columns) if image is not None else None
    frame = image_viewer.render_viewer(
        image, url, case.id, None, "" if image else message, outline=outline, frame=case.frame, frames=case.frames,
        key="review-viewer",
    )  # fmt: skip
    if frame is not None and frame != case.frame and frame < case.frames:
        case.turn_to(frame)
        asked.drawing = None
        st.rerun()


def _take_drawing(asked: AskedFilm, drawing: Future[DrawableImage]) -> str:
    """Keep the image that was drawn; return why there is none, "" where there is."""
    try:
        asked.case.draw(drawing.result())
    except (Refused, EngineUnavailable) as error:
        return error.reason if isinstance(error, Refused) else str(error)
    return ""


def _is_drawing(asked: AskedFilm) -> bool:
    return asked.case.drawn is None and asked.drawing is not None and not asked.drawing.done()


def _poll(asked: AskedFilm) -> None:
    if asked.masking is not None and asked.masking.done():
        st.rerun()
    if asked.case.drawn is None and asked.drawing is not None and asked.drawing.done():
        st.rerun()


def _mask(asked: AskedFilm, boxes: tuple[Box, ...]) -> None:
    asked.fault, asked.kept = "", boxes
    asked.masking = engine_requests.run_in_background(
        partial(account_engine.own_engine().mask_text, asked.case.data, boxes)
    )


def _leave_out(session: Session, asked: AskedFilm) -> None:
    if asked in session.asked:
        session.asked.remove(asked)


def _collect(session: Session, asked: AskedFilm, masking: Future[bytes]) -> None:
    asked.masking = None
    try:
        data = masking.result()
    except (Refused, EngineUnavailable) as error:
        asked.fault = error.reason if isinstance(error, Refused) else str(error)
        return
    session.asked.remove(asked)
    add_masked(session, asked, data, asked.kept)
