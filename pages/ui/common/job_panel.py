"""A job about the open image that the reader asks for: its button, how far it is with a way out, and what it found."""

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.types import JobStatus
from pages.ui.common import notices

_POLL_SECONDS = 0.4


@dataclass(frozen=True)
class PanelText:
    """ask: on the button; help: what it does and how long that takes; running: beside the progress, where the job says
    nothing itself; failed: above the reason why there is no answer."""

    ask: str
    help: str
    running: str
    failed: str


@dataclass(frozen=True)
class JobRequest:
    """One question. jobs: where the session keeps what is known of it; kind, arguments: see meddx.engine.job_kinds.

    name: of the page's elements, one for each question.
    """

    jobs: MutableMapping[Any, JobStatus]
    key: Hashable
    kind: str
    arguments: Mapping[str, Any]
    words: PanelText
    name: str


def render_job_panel(request: JobRequest, draw: Callable[[Any], None]) -> Any:  # noqa: ANN401 (each kind has its own result)
    """Draw the button, the progress, or the result by `draw`; returns the result, None as long as there is none."""
    status = request.jobs.get(request.key)
    running = status is not None and not status.ended
    st.fragment(_panel, run_every=_POLL_SECONDS if running else None)(request, draw)
    return status.result if status is not None else None


def _panel(request: JobRequest, draw: Callable[[Any], None]) -> None:
    status, words = _latest(request), request.words
    if status is None or status.state in ("failed", "cancelled"):
        if status is not None and status.state == "failed":
            notices.render_notice("error", words.failed, status.message)
        if st.button(words.ask, key=request.name, help=words.help):
            _start(request)
            st.rerun()
    elif not status.ended:
        said = "Waiting for another job" if status.state == "waiting" else status.message or words.running
        st.progress(min(status.done / status.total, 1.0) if status.total else 0.0, text=said)
        if st.button("Stop", key=f"stop {request.name}", type="tertiary"):
            _stop(request, status)
            st.rerun()
    else:
        draw(status.result)


def _latest(request: JobRequest) -> JobStatus | None:
    """What is known of the job now; asks the engine only while it runs, and redraws the page when it ends."""
    status = request.jobs.get(request.key)
    if status is None or status.ended:
        return status
    try:
        found = local.engine().job(status.id)
    except Refused as refused:
        found = JobStatus(status.id, status.kind, "failed", message=refused.reason)
    except EngineUnavailable:
        return status  # busy or being replaced; the next look tells
    request.jobs[request.key] = found
    if found.ended:
        st.rerun()
    return found


def _start(request: JobRequest) -> None:
    kind = request.kind
    try:
        request.jobs[request.key] = JobStatus(local.engine().start(kind, request.arguments), kind, "waiting")
    except (Refused, EngineUnavailable) as error:
        request.jobs[request.key] = JobStatus("", kind, "failed", message=str(error))


def _stop(request: JobRequest, status: JobStatus) -> None:
    with suppress(Refused, EngineUnavailable):  # it has ended already
        local.engine().cancel(status.id)
    request.jobs.pop(request.key, None)
