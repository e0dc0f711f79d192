"""List the evaluations of uploaded images on this server."""

from datetime import datetime

import streamlit as st

from meddx.engine.contract import EVALUATE, StoredJob
from pages.ui.common import account_engine
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.presses import was_pressed
from pages.ui.evaluate.labelled_images import evaluation_progress, url_state
from pages.ui.evaluate.labelled_images.patience import ask
from pages.ui.sign_in import current_account

MAX_EVALUATIONS = 20
"""Most evaluations listed."""
_POLL_SECONDS = 2.0
_SHARED = N_("Everyone with access to this page can open, cancel and delete these evaluations.")
_ALONE = N_("Only you can open, cancel and delete these evaluations.")


def render_evaluation_list() -> None:
    """Draw the evaluations, newest first, each with its progress; nothing where there are none."""
    jobs = ask(_evaluations)
    if jobs:
        st.header(_("Evaluations on this server"), anchor=False)
        st.caption(_(_ALONE if current_account.owner() else _SHARED))
        polled = any(job.unfinished for job in jobs)
        st.fragment(_rows, run_every=_POLL_SECONDS if polled else None)(polled)


def _rows(polled: bool) -> None:
    jobs = ask(_evaluations)
    if jobs is None:
        return
    if polled and not any(job.unfinished for job in jobs):
        st.rerun()  # ends the polling
    for job in jobs[:MAX_EVALUATIONS]:
        left, middle, right = st.columns([2.2, 1.6, 1.1], gap="small", vertical_alignment="center")
        title = evaluation_progress.evaluation_title(job)
        if was_pressed(left.button, title, key=f"open {job.id}", type="tertiary"):
            url_state.go_to_step("job", job.id)
            st.rerun()
        middle.caption(evaluation_state(job))
        right.caption(f"{datetime.fromtimestamp(job.created):%d %b %Y, %H:%M}")
    if len(jobs) > MAX_EVALUATIONS:
        st.caption(_("The {listed} newest of {n}.").format(listed=MAX_EVALUATIONS, n=number(len(jobs))))


def evaluation_state(job: StoredJob) -> str:
    """Return an evaluation's progress or outcome in a few words."""
    if job.unfinished:
        if not job.total:
            return _("waiting")
        return _("{done} of {all} images").format(done=number(job.done), all=number(job.total))
    if job.state == "done":
        skipped = sum(job.result["refused"].values())
        sentence = _("{n} images evaluated, {skipped} skipped") if skipped else _("{n} images evaluated")
        return sentence.format(n=number(job.result["n"]), skipped=number(skipped))
    return evaluation_progress.failure_reason(job)


def _evaluations() -> list[StoredJob]:
    return [job for job in account_engine.own_engine().jobs() if job.kind == EVALUATE]
