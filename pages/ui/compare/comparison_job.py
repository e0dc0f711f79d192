"""The comparison of the chosen systems: a job of the engine, since many cases take minutes and much memory.

Finished comparisons are kept for all sessions, by all that they depend on.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from meddx.engine.contract import COMPARE
from meddx.errors import EngineUnavailable, Refused
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.comparison import Comparison, comparable_labels
from meddx.evaluate.paired.difference import PairedDifference
from meddx.types import JobStatus
from pages.ui.common import account_engine, notices
from pages.ui.common.language.language import _
from pages.ui.common.presses import was_pressed
from pages.ui.common.progress_panel import job_progress, render_progress_panel
from pages.ui.compare import cached_results
from pages.ui.compare.system_picker import SystemChoice

ComparisonQuestion = tuple[str, tuple[str | None, ...], float]
"""Key of the choice, labels to compare (None: all together) and specificity."""

_JOBS_KEY = "compare-jobs"
_WAIT_SECONDS, _LOOK_SECONDS, _POLL_SECONDS = 2.0, 0.05, 0.5
_SILENT_SECONDS = 60.0
"""An export gives up when the engine has not answered for so long."""
_MAX_KEPT = 64
_WAITING = JobStatus("", COMPARE, "waiting")
_kept: OrderedDict[ComparisonQuestion, tuple[PairedDifference, ...]] = OrderedDict()
_lock = threading.Lock()


def comparison(choice: SystemChoice, label: str | None, specificity: float) -> Comparison | JobStatus:
    """Return every metric of every pair for one label (None: over all), or the status of the job that compares them.

    The first call starts the job and waits for it briefly; the session's others, for which nobody waits, are cancelled.
    """
    aligned = cached_results.aligned_systems(choice)
    question = (cached_results.choice_key(choice), (label,), specificity)
    jobs: MutableMapping[ComparisonQuestion, JobStatus] = st.session_state.setdefault(_JOBS_KEY, {})
    for other in [key for key in jobs if key != question]:
        cancel(jobs.pop(other))
    give_up = time.monotonic() + _WAIT_SECONDS
    while (differences := _kept.get(question)) is None:
        status = jobs.get(question, _WAITING)
        if not status.ended:
            status = jobs[question] = _status(status, aligned, question)
        if status.state in ("failed", "cancelled"):
            return status
        if status.state != "done":
            if time.monotonic() > give_up:
                return status
            time.sleep(_LOOK_SECONDS)
    jobs.pop(question, None)
    return Comparison(aligned, differences)


def whole_comparison(choice: SystemChoice, specificity: float) -> Comparison:
    """Return every metric of every pair for every label, as the exports need it, when the job is through.

    Raises Refused and EngineUnavailable.
    """
    aligned = cached_results.aligned_systems(choice)
    question = (cached_results.choice_key(choice), comparable_labels(aligned), specificity)
    status, answered = _WAITING, time.monotonic()
    while (differences := _kept.get(question)) is None:
        before, status = status, _status(status, aligned, question)
        if status is not before:
            answered = time.monotonic()
        elif time.monotonic() - answered > _SILENT_SECONDS:
            raise EngineUnavailable("The engine does not answer; try again in a few seconds.")
        if status.state in ("failed", "cancelled"):
            raise Refused("no-comparison", status.message or "The comparison was cancelled; start it again.")
        time.sleep(_LOOK_SECONDS)
    return Comparison(aligned, differences)


def render_comparison_progress(status: JobStatus, again: Callable[[], Comparison | JobStatus]) -> None:
    """Draw the progress, or why there is no comparison. again: asks for it once more, as `comparison` does."""
    st.fragment(_progress, run_every=None if status.ended else _POLL_SECONDS)(status, again)


def _progress(status: JobStatus, again: Callable[[], Comparison | JobStatus]) -> None:
    if not status.ended:
        now = again()
        if isinstance(now, Comparison) or now.ended:
            st.rerun()
        if render_progress_panel(job_progress(now, _("Comparing")), "cancel comparison"):
            cancel(now)
            st.rerun()
        return
    if status.state == "failed":
        notices.render_notice("error", _("The systems were not compared"), status.message)
    if was_pressed(st.button, _("Compare"), key="compare-again"):
        st.session_state.pop(_JOBS_KEY, None)
        st.rerun()


def cancel(status: JobStatus) -> None:
    """Cancel the job, if it runs."""
    if status.id and not status.ended:
        with suppress(Refused, EngineUnavailable):  # it has ended already
            account_engine.own_engine().cancel(status.id)


def _status(status: JobStatus, aligned: Aligned, question: ComparisonQuestion) -> JobStatus:
    """Return how far the job is, started where it has no id yet; keep what it found.

    Without an answer of the engine, the very `status` that was given.
    """
    try:
        if not status.id:
            labels, specificity = question[1:]
            arguments = {"aligned": _without_attributes(aligned), "labels": labels, "specificity": specificity}
            status = replace(_WAITING, id=account_engine.own_engine().start(COMPARE, arguments))
        status = account_engine.own_engine().job(status.id)
    except EngineUnavailable:
        return status  # starting, or busy: the next look tells
    except Refused as refused:
        if refused.rule == "no-job":  # the engine was replaced, and its jobs are gone
            return _WAITING
        return replace(_WAITING, state="failed", message=refused.reason)
    if status.state == "done":
        with _lock:
            _kept[question] = status.result
            while len(_kept) > _MAX_KEPT:
                _kept.popitem(last=False)
    return replace(status, result=None)


def _without_attributes(aligned: Aligned) -> Aligned:
    """Return what a comparison reads of the systems."""
    systems = [replace(system, predictions=replace(system.predictions, attributes={})) for system in aligned.systems]
    return replace(aligned, systems=tuple(systems))
