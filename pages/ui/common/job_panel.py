"""A job about the open image that a reader starts: button, progress panel, result."""

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from meddx.errors import EngineUnavailable, Refused
from meddx.types import JobStatus
from pages.ui.common import account_engine, notices
from pages.ui.common.presses import was_pressed
from pages.ui.common.progress_panel import job_progress, render_progress_panel

_POLL_SECONDS = 0.4


@dataclass(frozen=True)
class PanelText:
    """Hold the texts of a job's panel.

    button: label of the button; help: what the job does and how long that takes; running: message while the job
    reports none; failed: title above the reason why there is no result.
    """

    button: str
    help: str
    running: str
    failed: str


@dataclass(frozen=True)
class JobRequest:
    """Describe one job and its panel.

    jobs: where the session keeps the job's status, under `key`. kind, arguments: as in meddx.engine.job_kinds.
    element_key: Streamlit key of the panel's buttons, one for each job.
    """

    jobs: MutableMapping[Any, JobStatus]
    key: Hashable
    kind: str
    arguments: Mapping[str, Any]
    text: PanelText
    element_key: str


def render_job_panel(request: JobRequest, render_result: Callable[[Any], None]) -> Any:  # noqa: ANN401 (each kind has its own result)
    """Draw the button, the progress, or the result by `render_result`; return the result, None while there is none."""
    status = request.jobs.get(request.key)
    running = status is not None and not status.ended
    st.fragment(_panel, run_every=_POLL_SECONDS if running else None)(request, render_result)
    return status.result if status is not None else None


def _panel(request: JobRequest, render_result: Callable[[Any], None]) -> None:
    status, text = _latest_status(request), request.text
    if status is None or status.state in ("failed", "cancelled"):
        if status is not None and status.state == "failed":
            notices.render_notice("error", text.failed, status.message)
        if was_pressed(st.button, text.button, key=request.element_key, help=text.help):
            _start(request)
            st.rerun()
    elif not status.ended:
        if render_progress_panel(job_progress(status, text.running), f"cancel {request.element_key}"):
            _cancel(request, status)
            st.rerun()
    else:
        render_result(status.result)


def _latest_status(request: JobRequest) -> JobStatus | None:
    """Return the job's status, asking the engine only while it runs; reruns the page when the job has ended."""
    status = request.jobs.get(request.key)
    if status is None or status.ended:
        return status
    try:
        latest = account_engine.own_engine().job(status.id)
    except Refused as refused:
        latest = JobStatus(status.id, status.kind, "failed", message=refused.reason)
    except EngineUnavailable:
        return status  # busy or restarting; the next poll tells
    request.jobs[request.key] = latest
    if latest.ended:
        st.rerun()
    return latest


def _start(request: JobRequest) -> None:
    kind = request.kind
    try:
        request.jobs[request.key] = JobStatus(
            account_engine.own_engine().start(kind, request.arguments), kind, "waiting"
        )
    except (Refused, EngineUnavailable) as error:
        request.jobs[request.key] = JobStatus("", kind, "failed", message=str(error))


def _cancel(request: JobRequest, status: JobStatus) -> None:
    with suppress(Refused, EngineUnavailable):  # it has ended already
        account_engine.own_engine().cancel(status.id)
    request.jobs.pop(request.key, None)
