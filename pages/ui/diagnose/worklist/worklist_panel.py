"""The worklist: the session's images, each with the chosen model's findings or the reason why it was refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.common import engine_requests
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose.findings import findings_panel
from pages.ui.diagnose.ood_warning import ood_title

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
    """Draw the list and request answers for the images that are not open, polling until every image has one."""
    pending = _request_ahead(session, card)
    st.fragment(_list, run_every=_POLL_SECONDS if pending else None)(session, card, pending)


def _list(session: Session, card: Card, polled: bool) -> None:
    if polled and not _request_ahead(session, card):
        st.rerun()  # ends the polling
    clicked = _mount(
        key=_KEY,
        data=worklist_data(session, card),
        # Callbacks come first in a run: an answer that arrives with the click would start the next and lose it.
        on_open_change=lambda: _on_click("open", session.find, session.open),
        on_remove_change=lambda: _on_click("remove", session.find, session.remove),
    )
    if clicked.get("open") or clicked.get("remove"):
        st.rerun()  # the click ran this list alone; the rest of the page follows


def _on_click(event: str, find: Callable[[str], SessionCase | None], act: Callable[[SessionCase], None]) -> None:
    case = find(st.session_state[_KEY].get(event) or "")
    if case is not None:
        act(case)


def _request_ahead(session: Session, card: Card) -> bool:
    return engine_requests.request_ahead([case for case in session.cases if case is not session.current], card.key)


def worklist_data(session: Session, card: Card) -> dict[str, Any]:
    """Return the component's data: a row for each image, their number, and how many have been read."""
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
    """Return the state of one image under one model (a key for its mark) and its status in words."""
    key = (card.key, case.frame)
    answer = case.answers.get(key)
    refusal = case.unreadable or (answer if isinstance(answer, Refusal) else None)
    if refusal is not None:
        return "refused", f"Refused: {refusal.reason}"
    if key in case.errors:
        return "trouble", "No result"
    if not isinstance(answer, Prediction):
        return "waiting", "Reading…"
    return _answered(answer, card)


def _answered(answer: Prediction, card: Card) -> tuple[str, str]:
    if answer.ood is not None and answer.ood.is_outside:
        return "refused", ood_title(card)
    if findings_panel.is_normal_label(answer, card):
        return "absence", findings_panel.normal_text(card)
    diseases = [label.title for label in card.labels if label.name in answer.findings and not label.absence]
    if diseases:
        return "finding", ", ".join(diseases)
    if all(label.threshold is None for label in card.labels):
        return "below", "Answered; this model has no cut-offs"
    return "below", "No label above its cut-off"
