"""The images of the session, each with what the chosen model found or why it was refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.common import engine_requests
from pages.ui.common.session import Session, SessionCase

_HERE = Path(__file__).parent
_KEY = "worklist"
_POLL_SECONDS = 0.7

_mount = st.components.v2.component(
    "meddx.worklist",
    html=(_HERE / "worklist.html").read_text(encoding="utf-8"),
    css=(_HERE / "worklist.css").read_text(encoding="utf-8"),
    js=(_HERE / "worklist.js").read_text(encoding="utf-8"),
)


def render_worklist(session: Session, card: Card) -> None:
    """The list; it asks the model about images that are not open, and reads itself again until all are answered."""
    unanswered = _ask_ahead(session, card)
    st.fragment(_list, run_every=_POLL_SECONDS if unanswered else None)(session, card, unanswered)


def _list(session: Session, card: Card, polled: bool) -> None:
    if polled and not _ask_ahead(session, card):
        st.rerun()  # ends the polling
    chosen = _mount(
        key=_KEY,
        data=worklist_data(session, card),
        # Callbacks come first in a run: an answer that arrives with the click would start the next and lose it.
        on_open_change=lambda: _on_click("open", session.find, session.open),
        on_remove_change=lambda: _on_click("remove", session.find, session.remove),
    )
    if chosen.get("open") or chosen.get("remove"):
        st.rerun()  # the click ran this list alone; the rest of the page follows


def _on_click(event: str, find: Callable[[str], SessionCase | None], act: Callable[[SessionCase], None]) -> None:
    case = find(st.session_state[_KEY].get(event) or "")
    if case is not None:
        act(case)


def _ask_ahead(session: Session, card: Card) -> bool:
    return engine_requests.request_ahead([case for case in session.cases if case is not session.current], card.id)


def worklist_data(session: Session, card: Card) -> dict[str, Any]:
    """The component's data."""
    current = session.current
    rows = []
    for case in session.cases:
        state, status = case_summary(case, card)
        rows.append({"id": case.id, "name": case.name, "state": state, "status": status, "current": case is current})
    waiting = sum(row["state"] == "waiting" for row in rows)
    return {
        "rows": rows,
        "count": f"{len(rows)} image{'s' if len(rows) != 1 else ''}",
        "progress": f"{len(rows) - waiting} of {len(rows)} read" if waiting else "",
    }


def case_summary(case: SessionCase, card: Card) -> tuple[str, str]:
    """State and words for one image under one model."""
    question = (card.id, case.frame)
    answer = case.answers.get(question)
    refusal = case.unreadable or (answer if isinstance(answer, Refusal) else None)
    if refusal is not None:
        return "refused", f"Refused: {refusal.reason}"
    if question in case.troubles:
        return "trouble", "Not answered"
    if not isinstance(answer, Prediction):
        return "waiting", "Being read"
    return _answered(answer, card)


def _answered(answer: Prediction, card: Card) -> tuple[str, str]:
    if answer.ood is not None and answer.ood.is_outside:
        return "refused", "Outside what this model knows"
    titles = {label.name: label for label in card.labels}
    found = [titles[name].title for name in answer.findings if not titles[name].absence]
    if found:
        return "finding", ", ".join(found)
    if answer.findings:
        return "absence", titles[answer.findings[0]].title
    return "below", "No label at its threshold"
