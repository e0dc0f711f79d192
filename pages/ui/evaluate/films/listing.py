"""Evaluations of own films on this server, to take up again."""

from datetime import datetime

import streamlit as st

from meddx.engine.evaluation import KIND
from meddx.engine.kept import KeptJob, KeptJobs
from pages.ui.evaluate.films import address, running

SHOWN = 20
_POLL_SECONDS = 2.0


def show() -> None:
    """The newest first, each with how far it is; nothing where there are none."""
    jobs = _evaluations()
    if jobs:
        st.subheader("Evaluations on this server", anchor=False)
        st.caption("Whoever can open this page sees these, and can open, cancel or delete them.")
        polled = any(job.unfinished for job in jobs)
        st.fragment(_rows, run_every=_POLL_SECONDS if polled else None)(polled)


def _rows(polled: bool) -> None:
    jobs = _evaluations()
    if polled and not any(job.unfinished for job in jobs):
        st.rerun()  # ends the polling
    for job in jobs[:SHOWN]:
        left, middle, right = st.columns([2.2, 1.6, 1.1], gap="small", vertical_alignment="center")
        if left.button(running.title(job), key=f"open {job.id}", type="tertiary"):
            address.go("job", job.id)
            st.rerun()
        middle.caption(state(job))
        right.caption(f"{datetime.fromtimestamp(job.created):%d %b %Y, %H:%M}")
    if len(jobs) > SHOWN:
        st.caption(f"The {SHOWN} newest of {len(jobs):,}.")


def state(job: KeptJob) -> str:
    """How far it is, in a few words."""
    if job.unfinished:
        return f"{job.done:,} of {job.total:,} films" if job.total else "waiting"
    if job.state == "done":
        skipped = sum(job.result["refused"].values())
        return f"{job.result['n']:,} films measured" + (f", {skipped:,} skipped" if skipped else "")
    return running.why(job)


def _evaluations() -> list[KeptJob]:
    return [job for job in KeptJobs().all() if job.kind == KIND]
