"""The address of what Diagnose shows, so that a reload or a colleague's link opens the same view.

It names a case of this server's library, or the film to load by the beginning of its SHA-256: never a file name, which
may name a patient and would stay in histories and logs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from meddx.explain.methods import METHODS
from meddx.model.card import Card
from meddx.types import Refusal
from pages.ui.common import model_choice, notices, recorded_images
from pages.ui.common.language.language import _
from pages.ui.common.session import FILM_PARAMETER, Session, SessionCase, session
from pages.ui.diagnose import sample_phantoms

_CASE, _FRAME, _LABEL, _METHOD = "case", "frame", "label", "method"
FILM_DIGITS = 16
"""Hexadecimal digits of the SHA-256: enough to know a film again among billions."""
_PHANTOM = "phantom"
_DONE = "address opened"
_MOST_FRAMES = 1_000_000


@dataclass(frozen=True)
class CaseAddress:
    """Hold the view that an address asks for; "" and 0 for what it leaves open. frame: zero-based."""

    case: str = ""
    film: str = ""
    frame: int = 0
    label: str = ""
    method: str = ""


def view_address(case: SessionCase, card: Card, label: str, method: str) -> dict[str, str]:
    """Return the query parameters of this view; the viewer adds its cut-off."""
    subject = {_CASE: case.library} if case.library else {FILM_PARAMETER: case.digest[:FILM_DIGITS]}
    frame = {_FRAME: str(case.frame + 1)} if case.frame else {}
    chosen = {_LABEL: label, _METHOD: method}
    return {model_choice.MODEL_PARAMETER: card.id, **subject, **frame, **{k: v for k, v in chosen.items() if v}}


def requested_view(parameters: Mapping[str, str]) -> CaseAddress:
    """Return what an address asks for; a value that breaks its form is left out."""
    film = parameters.get(FILM_PARAMETER, "").lower()
    return CaseAddress(
        case=parameters.get(_CASE, ""),
        film=film if is_film(film) else "",
        frame=frame_number(parameters.get(_FRAME, "")),
        label=parameters.get(_LABEL, ""),
        method=parameters.get(_METHOD, ""),
    )


def is_film(digits: str) -> bool:
    """Return whether these are the digits by which an address names a film."""
    return len(digits) == FILM_DIGITS and not set(digits) - set("0123456789abcdef")


def frame_number(written: str) -> int:
    """Return the zero-based number of the frame that an address counts from one; 0 where it breaks its form."""
    counted = written.isascii() and written.isdigit() and len(written) <= len(str(_MOST_FRAMES))
    return int(written) - 1 if counted and 0 < int(written) <= _MOST_FRAMES else 0


def open_requested(card: Card) -> None:
    """Open what the tab's first address asks for; later ones are the page's own."""
    if _DONE in st.session_state:
        return
    st.session_state[_DONE] = True
    images, wanted = session(), requested_view(st.query_params.to_dict())
    if wanted.case:
        case = library_case(images, wanted.case)
        if isinstance(case, Refusal):
            st.session_state[_DONE] = case
        else:
            _show(images, case, wanted, card)
    elif wanted.film and not open_wanted(images, images.cases, wanted, card):
        st.session_state[_DONE] = wanted


def open_wanted(images: Session, cases: Sequence[SessionCase], wanted: CaseAddress, card: Card) -> bool:
    """Open the case among these that an address names as it asks; return whether it is there."""
    case = next((case for case in cases if case.data and case.digest.startswith(wanted.film)), None)
    if case is not None:
        _show(images, case, wanted, card)
    return case is not None


def open_arrived(card: Card) -> None:
    """Open the film that the address is waiting for, once the reader has added it."""
    wanted = st.session_state.get(_DONE)
    if isinstance(wanted, CaseAddress) and open_wanted(session(), session().cases, wanted, card):
        st.session_state[_DONE] = True


def render_missing() -> None:
    """Say which film the address is waiting for, or why its case cannot be opened; nothing once an image is open."""
    state = st.session_state.get(_DONE) if session().current is None else None
    if isinstance(state, CaseAddress):
        digits = " ".join(state.film[at : at + 4] for at in range(0, FILM_DIGITS, 4))
        notices.render_notice(
            "info",
            _("This link shows a film that is not here"),
            _(
                "Links hold no films, and films end with their session. Add the film whose SHA-256 begins with "
                "{digits}, and it opens as in the link."
            ).format(digits=digits),
        )
    elif isinstance(state, Refusal):
        notices.render_notice("refused", _("The case of this link cannot be opened"), state.reason)


def library_case(images: Session, address: str) -> SessionCase | Refusal:
    """Return the case of the server's library in the session, added unless it is there.

    address: "phantom/TITLE" for a sample, else what recorded_images.library_address() returned.
    """
    present = next((case for case in images.cases if case.library == address), None)
    if present is not None:
        return present
    kind, _, title = address.partition("/")
    if kind == _PHANTOM:
        return sample_case(images, title)
    found = recorded_images.library_image(address)
    if isinstance(found, Refusal):
        return found
    name, image = found
    case = images.add(name, image.data, library=address)
    case.turn_to(image.frame)
    return case


def sample_case(images: Session, title: str) -> SessionCase | Refusal:
    """Return the synthetic sample of this title, in lower case, added to the session; a Refusal where there is none."""
    sample = next((one for one in sample_phantoms.SAMPLE_PHANTOMS if one.title.lower() == title), None)
    if sample is None:
        return Refusal("no-case", "There is no synthetic sample of this name.")
    data = sample_phantoms.sample_dicom(sample)
    drawn_name = partial(sample_phantoms.drawn_name, sample)
    return images.add(f"Phantom: {title}", data, library=f"{_PHANTOM}/{title}", drawn_name=drawn_name)


def _show(images: Session, case: SessionCase, wanted: CaseAddress, card: Card) -> None:
    if wanted.frame or not case.library:
        case.turn_to(wanted.frame)
    if wanted.label in {label.name for label in card.labels}:
        case.labels[card.id] = wanted.label
    if wanted.method in METHODS:
        images.methods[card.id] = wanted.method
    images.open(case)
