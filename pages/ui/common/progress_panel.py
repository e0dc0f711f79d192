"""The panel that shows work in progress: bar, or spinner while its amount is unknown; time left; cancel button."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from meddx.types import JobStatus
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed

WAITING_TEXT = N_("Waiting to start")
"""Shown for a job that has not begun."""


@dataclass(frozen=True)
class ProgressState:
    """Describe work in progress.

    message: what is being done. share: part that is done, in [0, 1]; None while unknown. count: done and total in the
    reader's units ("312 of 1,624"), or "". seconds_left: expected until the end; None while unknown.
    """

    message: str
    share: float | None = None
    count: str = ""
    seconds_left: float | None = None


def render_progress_panel(progress: ProgressState, cancel_key: str | None = None) -> bool:
    """Draw the panel and return whether the reader has just pressed Cancel.

    cancel_key: Streamlit key of the Cancel button, one for each piece of work; None draws no button.
    """
    if progress.share is None:
        st.html(f'<p class="progress-panel" role="status"><i></i>{escape(progress_text(progress))}</p>')
    else:
        st.progress(progress.share, text=progress_text(progress))
    return cancel_key is not None and was_pressed(st.button, _("Cancel"), key=cancel_key, type="tertiary")


def job_progress(status: JobStatus, running: str, *, counted: bool = False) -> ProgressState:
    """Return the progress of a job that has not ended.

    running: message while the job reports none of its own. counted: whether its pieces mean something to a reader, so
    that their number is shown.
    """
    if status.state == "waiting":
        return ProgressState(_(WAITING_TEXT))
    message = translated(status.message) or running
    if not status.total:
        return ProgressState(message, seconds_left=status.eta_seconds)
    count = _("{done} of {total}").format(done=number(status.done), total=number(status.total)) if counted else ""
    return ProgressState(message, min(status.done / status.total, 1.0), count, status.eta_seconds)


def progress_text(progress: ProgressState) -> str:
    """Return the line above the bar: message, count and time left, as far as they are known."""
    return " · ".join(filter(None, (progress.message, progress.count, time_left_text(progress.seconds_left))))


def time_left_text(seconds: float | None) -> str:
    """Return a duration as "about 2 min left"; "" for None."""
    if seconds is None:
        return ""
    if seconds < 90:
        return _("about {seconds} s left").format(seconds=max(round(seconds), 1))
    if seconds < 5400:
        return _("about {minutes} min left").format(minutes=f"{seconds / 60:.0f}")
    return _("about {hours} h left").format(hours=f"{seconds / 3600:.1f}")
