"""Ask for the answer on a case with what is known beside its image."""

from collections.abc import Sequence

from meddx.model.card import Card
from pages.ui.common import engine_requests
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose.record.known_beside import derive, is_known

_WAIT_SECONDS = 0.7
"""A warm engine answers within this, so that a change is answered in the run that it starts."""


def ask_answer(session: Session, case: SessionCase, card: Card) -> bool:
    """Request image and answer, once it is known what to ask with; return whether anything is pending."""
    return not is_known(session, case, card) or engine_requests.request_case(case, card.key, draw=True)


def ask_briefly(session: Session, case: SessionCase, card: Card, seconds: float = _WAIT_SECONDS) -> bool:
    """Request image and answer and wait for them, at most so long; return whether anything is pending."""
    if not is_known(session, case, card):
        engine_requests.wait_for_headers(session, seconds)
    if not ask_answer(session, case, card):
        return False
    engine_requests.wait_briefly(case, seconds)
    return ask_answer(session, case, card)


def ask_ahead(session: Session, cases: Sequence[SessionCase], card: Card) -> bool:
    """Request answers for images that are not open; return whether any has none yet."""
    known = [case for case in cases if derive(session, case, card)]
    if len(known) < len(cases):
        engine_requests.request_headers(session)
    return engine_requests.request_ahead(session.line, known, card.key) or len(known) < len(cases)
