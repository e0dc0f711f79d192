"""The worklist: the session's images, each with the chosen model's findings or the reason why it was refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from meddx.model.card import Card
from pages.ui.common import engine_requests
from pages.ui.common.asked import unheard
from pages.ui.common.component import Component
from pages.ui.common.component_scripts import ASKING_SCRIPT, KEPT_ELEMENTS_SCRIPT
from pages.ui.common.image_route import Thumbnail
from pages.ui.common.language.component_words import WORDS_SCRIPT, component_words
from pages.ui.common.language.language import N_, _, ngettext, number
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose import arrivals
from pages.ui.diagnose.record import asking
from pages.ui.diagnose.worklist.case_summary import case_refusal, case_state, case_summary
from pages.ui.diagnose.worklist.studies import Entry, entries, header_of, image_text, stack_of
from pages.ui.diagnose.worklist.worklist_view import ORDERS, filters, shown_cases, urgency

_HERE = Path(__file__).parent
_KEY = "worklist"
_POLL_SECONDS = 0.7

_WORDS = {
    "list": N_("Images of this session"),
    "order": N_("Order of the list"),
    "filter": N_("Images in the list"),
    "patient_data": N_("Patient data"),
    "patient_data_tip": N_("Show or hide names, dates and file names"),
    "keys": N_("Up and down arrows move, Enter opens, Delete removes; N and P open the next and the previous image."),
    "library": N_("library"),
    "remove": N_("Remove {name}"),
    "remove_tip": N_("Remove from this session (Delete)"),
}

_mount = Component("meddx.worklist", _HERE / "worklist", WORDS_SCRIPT, KEPT_ELEMENTS_SCRIPT, ASKING_SCRIPT)


def render_worklist(session: Session, card: Card) -> None:
    """Draw the list and request answers for the images that are not open, polling until every image has one."""
    pending = _request_ahead(session, card)
    draw = st.fragment(_list, run_every=_POLL_SECONDS if pending else None)
    draw(session, card, pending, _known_stack(session), session.heard)


def _list(session: Session, card: Card, polled: bool, stack: int, heard: int) -> None:
    """Draw the list. stack: images of the open stack, heard: number of the last request, as the rest of the page is."""
    _follow(session, card)
    if session.heard != heard:
        st.rerun()  # the request ran this list alone; the rest of the page follows
    if polled and (not _request_ahead(session, card) or session.asked or _known_stack(session) > stack):
        st.rerun()  # ends the polling, asks about a film, or shows the series that the open image is of
    _mount(key=_KEY, data=worklist_data(session, card), on_asked_change=lambda: _follow(session, card))


def _known_stack(session: Session) -> int:
    """Return the number of images in the stack of the open one; 1 until every file has said what it belongs to."""
    if session.current is None or any(case.header is None for case in session.cases):
        return 1
    return len(stack_of(session.cases, session.current))


def _follow(session: Session, card: Card) -> None:
    """Do what the reader has asked for since the last time."""
    for number_asked, name, value in unheard(_KEY, session.heard):
        case = None if name == "view" else session.find(value)
        if name == "view":
            _view(session, value)
        elif case is not None and name == "open":
            session.open(case)
        elif case is not None:
            _remove(session, card, case)
        session.heard = number_asked  # now: a run may begin anew within, and then does it again


def _remove(session: Session, card: Card, case: SessionCase) -> None:
    """Remove the image, or all images of its row."""
    rows = _entries(session, shown_cases(session.cases, card, session.order, session.filter))
    for one in next((entry.cases for entry in rows if case in entry.cases), (case,)):
        session.remove(one)


def _view(session: Session, view: dict[str, Any]) -> None:
    if view.get("order") in ORDERS:
        session.order, session.filter = view["order"], str(view.get("filter", ""))
        session.hides_patient = bool(view.get("hidesPatient"))


def _request_ahead(session: Session, card: Card) -> bool:
    """Request what is missing, answers before thumbnails; return whether anything is, what is on its way included."""
    arriving = arrivals.collect_arrivals(session)
    others = [case for case in session.cases if case is not session.current]
    headers = engine_requests.request_headers(session)
    rows = _entries(session, session.cases)
    missing = asking.ask_ahead(session, others, card)
    if not missing or len(rows) < len(session.cases):  # the row of a series does not wait for all its answers
        missing |= engine_requests.request_thumbnails(session.line, [entry.shown(session.current) for entry in rows])
    return arriving or headers or missing


def worklist_data(session: Session, card: Card) -> dict[str, Any]:
    """Return the component's data: a row for each image shown, the orders and filters, and how many have been read."""
    shown = shown_cases(session.cases, card, session.order, session.filter)
    rows = [_row(entry, card, session) for entry in _entries(session, shown)]
    waiting = sum(case_state(case, card) == "waiting" for case in session.cases)
    total = len(session.cases)
    return {
        "heard": session.heard,
        "rows": rows,
        "count": ngettext("{count} image", "{count} images", total).format(count=number(total)),
        "progress": arrivals.arrivals_text(session) or (_read(total - waiting, total) if waiting else ""),
        "order": session.order,
        "orders": {key: _(title) for key, title in ORDERS.items()},
        "filter": session.filter,
        "filters": filters(session.cases, card, session.filter),
        "hidesPatient": session.hides_patient,
        "statesPatient": any(header_of(case).patient for case in session.cases),
        "empty": "" if rows else _("No image passes this filter now."),
        "words": component_words(_WORDS),
    }


def _read(read: int, total: int) -> str:
    return _("{read} of {total} read").format(read=number(read), total=number(total))


def _entries(session: Session, cases: Sequence[SessionCase]) -> list[Entry]:
    """Return the rows of these images: grouped by patient and study, or one for each image."""
    if session.order == "study":
        return entries(cases, hides_patient=session.hides_patient)
    return [Entry((case,)) for case in cases]


def _row(entry: Entry, card: Card, session: Session) -> dict[str, Any]:
    case = entry.shown(session.current)
    state, status = _summary(entry, card, session)
    thumbnail = case.thumbnail.url if isinstance(case.thumbnail, Thumbnail) else ""
    return {
        "id": case.id,
        "name": _name(entry, session),
        "facts": image_text(entry),
        "patient": entry.patient,
        "study": entry.study,
        "state": state,
        "status": status,
        "current": session.current in entry.cases,
        "thumbnail": thumbnail,
        "library": bool(case.library),
    }


def _summary(entry: Entry, card: Card, session: Session) -> tuple[str, str]:
    """Return state and status of the image, of a stack those of its most urgent image, by its number in the viewer."""
    if not entry.is_stack:
        return case_summary(entry.cases[0], card)
    image = min(entry.cases, key=lambda case: urgency(case, card))
    state, status = case_summary(image, card)
    if state == "waiting":
        return state, _read(sum(case_state(case, card) != "waiting" for case in entry.cases), len(entry.cases))
    different = {case_refusal(case, card) or case.id: case for case in entry.cases}  # a series is refused as a whole
    if all(case_summary(case, card) == (state, status) for case in different.values()):
        return state, status
    place = stack_of(session.cases, image).index(image) + 1
    return state, _("Image {number}: {status}").format(number=place, status=status)


def _name(entry: Entry, session: Session) -> str:
    """Return the row's name; one without the file's own words where patient data are hidden."""
    header = header_of(entry.cases[0])
    if entry.is_stack:
        stated = "" if session.hides_patient else header.series_title
        if header.series_number is None:
            name = _("Series: {title}") if stated else _("Series")
        else:
            name = _("Series {number}: {title}") if stated else _("Series {number}")
        return name.format(number=header.series_number, title=stated)
    case = entry.cases[0]
    if session.hides_patient and not case.library:
        return _("Image {number}").format(number=session.cases.index(case) + 1)
    return case.title
