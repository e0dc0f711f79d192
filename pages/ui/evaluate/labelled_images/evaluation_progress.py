"""Show the evaluation that the address names: its progress, why it ended without a result, or its result."""

from contextlib import suppress
from functools import partial

import streamlit as st

from meddx.engine.contract import EVALUATE, StoredJob
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Refusal
from pages.ui.common import account_engine, notices, session_audit
from pages.ui.common.html import page_heading
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.progress_panel import job_progress, render_progress_panel
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.labelled_images import class_mapping, evaluation_result, url_state
from pages.ui.evaluate.labelled_images.patience import ask

_POLL_SECONDS = 0.5
_NOT_REMOVED = "evaluate-images-not-removed"


def render_evaluation(id: str) -> EvaluatedSystem | None:
    """Return the evaluated system when the evaluation is done; None after drawing its progress or why it failed."""
    with st.sidebar:
        st.button(_("All evaluations"), on_click=url_state.go_to_step, width="stretch")
    try:
        job = ask(partial(read_evaluation, id))
    except Refused as refused:
        notices.render_notice("refused", _("Evaluation not found"), refused.reason)
        return None
    if job is None:
        return None
    if job.unfinished:
        st.html(
            page_heading(
                evaluation_title(job),
                _("You may close this page. The evaluation continues; this address opens it again."),
            )
        )
        st.fragment(_progress, run_every=_POLL_SECONDS)(job)
        return None
    with st.sidebar, st.popover(_("Delete this evaluation"), width="stretch"):
        st.write(_("This deletes the result and its uploaded images for good."))
        st.button(_("Delete"), on_click=remove_evaluation, args=(id,), type="primary")
    if not_removed := st.session_state.pop(_NOT_REMOVED, None):
        notices.render_notice("error", _("The evaluation was not deleted"), not_removed)
    if job.state != "done":
        st.html(page_heading(evaluation_title(job), _("No results.")))
        notices.render_notice(
            "refused", _("Cancelled") if job.state == "cancelled" else _("Evaluation failed"), failure_reason(job)
        )
        return None
    subject = ask(partial(evaluation_result.evaluation_result, job))
    if isinstance(subject, Refusal):
        notices.render_notice("refused", _("This result cannot be shown"), subject.reason)
        return None
    if subject is not None:
        session_audit.record_once("view", subject=id, detail="result of an evaluation")
    return subject


def read_evaluation(id: str) -> StoredJob:
    """Return the stored state of an evaluation. Raises Refused where there is none of that id; EngineUnavailable."""
    job = account_engine.own_engine().job_record(id)
    if job.kind != EVALUATE:
        raise Refused("no-job", "This job is not an evaluation.")
    return job


def evaluation_title(job: StoredJob) -> str:
    """Return the title of an evaluation: its data set and its model."""
    card = installed_models().cards.get(job.arguments["model"])
    name = job.arguments.get("title") or class_mapping.OWN_IMAGES
    model = translated(card.title) if card else job.arguments["model"]
    return _("{name}: {model}").format(name=class_mapping.data_set_name(name), model=model)


def failure_reason(job: StoredJob) -> str:
    """Return why an evaluation has no result, in one sentence."""
    if job.state == "cancelled":
        if not job.total:
            return _("Cancelled.")
        return _("Cancelled after {done} of {all} images.").format(done=number(job.done), all=number(job.total))
    return translated(job.message)


def remove_evaluation(id: str) -> None:
    """Delete an evaluation and go back to the upload; a widget callback."""
    try:
        account_engine.own_engine().remove_job(id)
    except EngineUnavailable as error:
        st.session_state[_NOT_REMOVED] = str(error)
        return
    except Refused:
        pass  # it is gone already
    url_state.go_to_step()


def _progress(job: StoredJob) -> None:
    id = job.id
    try:
        status = account_engine.own_engine().job(id)
    except Refused:
        st.rerun()  # it was deleted
    except EngineUnavailable:
        status = job.status()  # the engine is restarting and will continue from the stored state
    if status.ended:
        st.rerun()
    if render_progress_panel(job_progress(status, _("Reading images"), counted=True), f"cancel {id}"):
        with suppress(Refused, EngineUnavailable):
            account_engine.own_engine().cancel(id)
