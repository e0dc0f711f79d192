"""What would change the model's mind: the smallest part of the film that flips the chosen finding, on request."""

from contextlib import suppress
from typing import Any

import streamlit as st

from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.model.card import Card
from meddx.types import Flip, JobStatus
from pages.ui import states
from pages.ui.findings import percent
from pages.ui.session import Case

_POLL_SECONDS = 0.4
HELP = (
    "Blurs part after part of the film and asks the model again: some hundred times, which takes seconds. "
    "The part found is outlined on the film."
)

Key = tuple[str, int, str]
"""Model, frame, label."""


def show(case: Case, card: Card, label: str) -> dict[str, Any]:
    """The button, the search or its result; returns what the viewer must draw of it."""
    key = (card.id, case.frame, label)
    status = case.flips.get(key)
    running = status is not None and not status.ended
    st.fragment(_panel, run_every=_POLL_SECONDS if running else None)(case, card, key)
    if status is None or not isinstance(status.result, Flip) or not status.result.hidden.any():
        return {}
    return {"outline": status.result.hidden.tolist()}


def sentence(flip: Flip, title: str) -> str:
    """What was found, in words. title: the label as the reader knows it."""
    present = flip.before >= flip.threshold
    from_to = f"from {percent(flip.before)} to {percent(flip.after)}; threshold {percent(flip.threshold)}"
    if not flip.hidden.any():
        return (
            f"No part of up to {percent(flip.most)} of the film was found whose blurring "
            f"{'takes the finding away' if present else 'makes this a finding'}: {title} moved at most {from_to}."
        )
    share = f"{100 * float(flip.hidden.mean()):.1f}\N{NO-BREAK SPACE}%"
    return (
        f"Blurring the outlined {share} of the film {'takes the finding away' if present else 'makes this a finding'}: "
        f"{title} goes {from_to}. A smaller part may exist; none of this one can be left out."
    )


def _panel(case: Case, card: Card, key: Key) -> None:
    status = _latest(case, key)
    name = f"flip {case.id} {key}"
    if status is None or status.state in ("failed", "cancelled"):
        if status is not None and status.state == "failed":
            states.panel("error", "The search ended without an answer", status.message)
        if st.button("What would change this?", key=name, help=HELP):
            _start(case, key)
            st.rerun()
    elif not status.ended:
        words = "Waiting for another job" if status.state == "waiting" else "Hiding part after part of the film"
        st.progress(min(status.done / status.total, 1.0) if status.total else 0.0, text=words)
        if st.button("Stop", key=f"stop {name}", type="tertiary"):
            _stop(case, key, status)
            st.rerun()
    elif isinstance(status.result, Flip):
        title = next(label.title for label in card.labels if label.name == key[2])
        states.panel("waiting", "What would change this", sentence(status.result, title))


def _latest(case: Case, key: Key) -> JobStatus | None:
    """What is known of the search now; asks the engine only while it runs, and redraws the page when it ends."""
    status = case.flips.get(key)
    if status is None or status.ended:
        return status
    try:
        found = local.engine().job(status.id)
    except Refused as refused:
        found = JobStatus(status.id, status.kind, "failed", message=refused.reason)
    except EngineUnavailable:
        return status  # busy or being replaced; the next look tells
    case.flips[key] = found
    if found.ended:
        st.rerun()
    return found


def _start(case: Case, key: Key) -> None:
    model, frame, label = key
    arguments = {"data": case.data, "frame": frame, "model": model, "label": label}
    try:
        case.flips[key] = JobStatus(local.engine().start("flip", arguments), "flip", "waiting")
    except (Refused, EngineUnavailable) as error:
        case.flips[key] = JobStatus("", "flip", "failed", message=str(error))


def _stop(case: Case, key: Key, status: JobStatus) -> None:
    with suppress(Refused, EngineUnavailable):  # it has ended already
        local.engine().cancel(status.id)
    case.flips.pop(key, None)
