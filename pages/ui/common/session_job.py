"""A job that a page needs before it can go on: started once by its key, followed, its result kept in the session."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from meddx.errors import EngineUnavailable, Refused
from meddx.types import JobStatus
from pages.ui.common import account_engine, notices
from pages.ui.common.language.language import _
from pages.ui.common.progress_panel import job_progress, render_progress_panel

_POLL_SECONDS = 0.4


def render_session_job(
    key: str, kind: str, arguments: Mapping[str, Any], running: str, *, cancelled: Callable[[], None] | None = None
) -> JobStatus | None:
    """Draw the progress of the job; return its status once it has ended, None before.

    key: of the session, one for each job; the same job is never started twice. kind, arguments: as in
    meddx.engine.job_kinds. running: message while the job reports none. cancelled: callback of a Cancel button, which
    is drawn only with it.
    """
    status = _latest(key, kind, arguments)
    if status.ended:
        return status
    st.fragment(_follow, run_every=_POLL_SECONDS)(key, kind, arguments, running, cancelled)
    return None


def render_finished_job(
    key: str, kind: str, arguments: Mapping[str, Any], running: str, *, failed: str, back: Callable[[], None]
) -> JobStatus | None:
    """Draw the progress of the job, with Cancel, or why it has no result; return its status once it is done.

    key, kind, arguments, running: as for render_session_job. failed: title above the reason. back: callback of the
    buttons Cancel and Go back.
    """
    status = render_session_job(key, kind, arguments, running, cancelled=back)
    if status is None or status.state == "done":
        return status
    notices.render_notice("refused", failed, status.message)
    st.button(_("Go back"), on_click=back)
    return None


def forget_session_job(key: str) -> None:
    """Forget the job, so that it is started anew; ask the engine to end it if it runs. May be a widget callback."""
    held = st.session_state.pop(key, None)
    if isinstance(held, JobStatus) and held.id and not held.ended:
        try:
            account_engine.own_engine().cancel(held.id)
        except (Refused, EngineUnavailable):
            return  # it ended, or its process did


def _follow(
    key: str, kind: str, arguments: Mapping[str, Any], running: str, cancelled: Callable[[], None] | None
) -> None:
    status = _latest(key, kind, arguments)
    if status.ended:
        st.rerun()
    if render_progress_panel(job_progress(status, running), f"cancel {key}" if cancelled else None) and cancelled:
        forget_session_job(key)
        cancelled()
        st.rerun()


def _latest(key: str, kind: str, arguments: Mapping[str, Any]) -> JobStatus:
    """Return the job's status; start it the first time, and again where the engine no longer knows it."""
    held = st.session_state.get(key)
    if isinstance(held, JobStatus) and held.ended:
        return held
    try:
        if isinstance(held, JobStatus):
            st.session_state[key] = account_engine.own_engine().job(held.id)
        else:
            st.session_state[key] = JobStatus(account_engine.own_engine().start(kind, arguments), kind, "waiting")
    except EngineUnavailable:
        return held if isinstance(held, JobStatus) else JobStatus("", kind, "waiting")
    except Refused as refused:
        if refused.rule == "no-job":
            st.session_state.pop(key, None)
            return JobStatus("", kind, "waiting")
        st.session_state[key] = JobStatus("", kind, "failed", message=refused.reason)
    found: JobStatus = st.session_state[key]
    return found
