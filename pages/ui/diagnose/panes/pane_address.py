"""What the further panes show, in the page's address: a part for each, so that a reload or a link opens them again.

A part is "" for nothing, else "model.ID", "film.DIGITS" (the beginning of the SHA-256) or "case.ADDRESS" (of the
server's library), the latter two with ".N" for frame N from the second one on.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from meddx.model.card import Card
from pages.ui.common.session import FurtherPane, Session, SessionCase, session
from pages.ui.diagnose.case_address import FILM_DIGITS, frame_number, is_film, library_case

PANES_PARAMETER = "beside"
_FILM, _CASE, _MODEL = "film", "case", "model"
_DONE = "panes opened"


def panes_parameter(images: Session) -> dict[str, list[str]]:
    """Return the query parameter of the panes beside the first; none where there is one pane."""
    shown = images.further_panes[: images.layout - 1]
    return {PANES_PARAMETER: [_part(pane, images) for pane in shown]} if shown else {}


def open_requested_panes(cards: Mapping[str, Card]) -> None:
    """Open the panes that the tab's first address names; later ones are the page's own."""
    if _DONE in st.session_state:
        return
    st.session_state[_DONE] = True
    open_parts(session(), st.query_params.get_all(PANES_PARAMETER), cards)


def open_parts(images: Session, parts: Sequence[str], cards: Mapping[str, Card]) -> None:
    """Show these parts of an address; nothing changes where there are none. A part that breaks its form is nothing."""
    if not parts:
        return
    images.layout = 2 if len(parts) == 1 else 1 + len(images.further_panes)
    for pane, part in zip(images.further_panes, parts, strict=False):
        pane.case, pane.frame, pane.stack, pane.model, pane.awaited = "", 0, None, "", ""
        pane.filled += 1
        kind, _dot, subject = part.partition(".")
        named, frame = _without_frame(subject)
        if kind == _MODEL:
            before = images.further_panes[: images.further_panes.index(pane)]
            pane.model = subject if subject in cards and all(one.model != subject for one in before) else ""
        elif kind == _FILM and is_film(named):
            pane.awaited = part
        elif kind == _CASE and isinstance(case := library_case(images, named), SessionCase):
            pane.case, pane.frame = case.id, frame
    find_awaited(images)


def find_awaited(images: Session) -> None:
    """Show in each pane the film that its part of the address names, where it is there now."""
    for pane in images.further_panes:
        if pane.awaited:
            film, frame = _without_frame(pane.awaited.removeprefix(f"{_FILM}."))
            case = next((case for case in images.cases if case.data and case.digest.startswith(film)), None)
            if case is not None:
                pane.case, pane.frame, pane.awaited = case.id, frame, ""
                pane.filled += 1


def _part(pane: FurtherPane, images: Session) -> str:
    if pane.awaited or pane.model:
        return pane.awaited or f"{_MODEL}.{pane.model}"
    case = images.find(pane.case)
    if case is None:
        return ""
    subject = f"{_CASE}.{case.library}" if case.library else f"{_FILM}.{case.digest[:FILM_DIGITS]}"
    return f"{subject}.{pane.frame + 1}" if pane.frame else subject


def _without_frame(subject: str) -> tuple[str, int]:
    """Return what stands before the frame, and the frame, zero-based."""
    before, _dot, frame = subject.rpartition(".")
    return (before, frame_number(frame)) if before and frame.isdigit() else (subject, 0)
