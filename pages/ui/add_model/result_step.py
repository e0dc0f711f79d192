"""Add the model while the reader watches, and show what the checks found."""

from typing import Any

import streamlit as st

from pages.ui.add_model import url_state
from pages.ui.common import model_choice, notices, session_job
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.models.import_report import render_import_report

_ADDING = "add-model adding"


def is_adding() -> bool:
    """Return whether the reader has pressed Add, and has not gone back."""
    return _ADDING in st.session_state


def render_add_button(arguments: dict[str, Any]) -> None:
    """Draw the button that adds the model. arguments: of the job, complete."""
    st.button(_("Add the model"), type="primary", on_click=_add, args=(arguments,))


def _add(arguments: dict[str, Any]) -> None:
    st.session_state[_ADDING] = arguments


def render_result() -> None:
    """Draw the progress of the model that is being added, then the checks and where to open it."""
    arguments = st.session_state[_ADDING]
    key = f"adding {arguments['choices']['id']} {arguments['model_upload']}"
    status = session_job.render_finished_job(
        key,
        "add_model",
        arguments,
        _("Preparing the network"),
        failed=_("The model was not added"),
        back=lambda: _back(key),
    )
    if status is None:
        return
    id = status.result["id"]
    model = next((one for one in installed_models().models if one.card.id == id), None)
    if model is None:
        removed = _("{id} {version} was added, and removed again since.")
        st.write(removed.format(id=id, version=status.result["version"]))
        return
    notices.render_notice(
        "info",
        _("{model} is installed").format(model=translated(model.card.title)),
        _("{id} {version}: open it in Diagnose.").format(id=id, version=model.card.version),
    )
    line = st.container(horizontal=True, gap="small")
    if was_pressed(line.button, _("Open in Diagnose"), key=f"open added {id}", type="primary"):
        model_choice.choose_model(id)
        _leave(key)
        st.switch_page("diagnose.py", query_params={model_choice.MODEL_PARAMETER: id})
    line.button(_("Add another model"), on_click=_leave, args=(key,))
    render_import_report(model)


def _back(key: str) -> None:
    session_job.forget_session_job(key)
    st.session_state.pop(_ADDING, None)


def _leave(key: str) -> None:
    """Forget everything about the model just added."""
    _back(key)
    for name in ("file", "images", "folder"):
        url_state.give(name, None)
