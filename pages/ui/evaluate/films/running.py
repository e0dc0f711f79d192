"""An evaluation that the address names: how far it is, how it ended, or its result."""

from contextlib import suppress

import streamlit as st

from meddx.engine import local
from meddx.engine.evaluation import KIND
from meddx.engine.kept import KeptJob, KeptJobs
from meddx.errors import EngineUnavailable, Refused
from meddx.types import JobStatus, Refusal
from pages.ui import states
from pages.ui.evaluate.films import address, result
from pages.ui.evaluate.subject import Subject
from pages.ui.installed import installed
from pages.ui.models.text import heading

_POLL_SECONDS = 0.5


def show(id: str) -> Subject | None:
    """Its Subject when it is done; None after saying how far it is or why there is none."""
    with st.sidebar:
        st.button("All evaluations", on_click=address.go, width="stretch")
    try:
        job = read(id)
    except Refused as refused:
        states.panel("refused", "This evaluation is not there", refused.reason)
        return None
    if job.unfinished:
        st.html(heading(title(job), "The page may be closed: the work goes on, and this address leads back to it."))
        st.fragment(_progress, run_every=_POLL_SECONDS)(id)
        return None
    with st.sidebar, st.popover("Delete this evaluation", width="stretch"):
        st.write("Its result and, where they are kept, its uploaded films are removed for everybody.")
        st.button("Delete it", on_click=remove, args=(id,), type="primary")
    if job.state != "done":
        st.html(heading(title(job), "There are no numbers."))
        states.panel("refused", "Cancelled" if job.state == "cancelled" else "It could not be done", why(job))
        return None
    subject = result.subject(job)
    if isinstance(subject, Refusal):
        states.panel("refused", "This result cannot be shown", subject.reason)
        return None
    return subject


def read(id: str) -> KeptJob:
    """What is written down of an evaluation. Raises Refused."""
    job = KeptJobs().read(id)
    if job.kind != KIND:
        raise Refused("no-job", "This is no evaluation.")
    return job


def title(job: KeptJob) -> str:
    """Which set by which model."""
    card = installed().cards.get(job.arguments["model"])
    return f"{job.arguments.get('title') or 'Own films'}: {card.title if card else job.arguments['model']}"


def why(job: KeptJob) -> str:
    """Why there is no result, a sentence."""
    if job.state == "cancelled":
        return f"It was cancelled after {job.done:,} of {job.total:,} films." if job.total else "It was cancelled."
    return job.message


def remove(id: str) -> None:
    """Forget it, in a callback."""
    with suppress(Refused):
        KeptJobs().remove(id)
    address.go()


def left(seconds: float | None) -> str:
    """The time that it will take yet, in words; "" where that cannot be said."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s left"
    return f"about {seconds / 60:.0f} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"


def in_words(status: JobStatus) -> str:
    """What it is at."""
    if status.state == "waiting":
        return "Waiting for its turn"
    counted = f"{status.done:,} of {status.total:,}" if status.total else ""
    return " · ".join(filter(None, (status.message or "Reading films", counted, left(status.eta_seconds))))


def _progress(id: str) -> None:
    try:
        status = local.engine().job(id)
    except Refused:
        st.rerun()  # it was deleted
    except EngineUnavailable:
        status = read(id).status()  # the engine is being replaced, and goes on from what is written down
    if status.ended:
        st.rerun()
    st.progress(min(status.done / status.total, 1.0) if status.total else 0.0, text=in_words(status))
    if st.button("Cancel", key=f"cancel {id}"):
        with suppress(Refused, EngineUnavailable):
            local.engine().cancel(id)
