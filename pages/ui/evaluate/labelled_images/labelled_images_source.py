"""The source "Your own labelled images": upload, matching of classes, progress and result, as the address says."""

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui.common import notices
from pages.ui.common.installed_models import installed_models
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.labelled_images import (
    class_mapping_step,
    evaluation_list,
    evaluation_progress,
    upload_step,
    url_state,
)
from pages.ui.models import model_picker


def labelled_images_source(_: InstalledModel | None) -> EvaluatedSystem | None:
    """Return the system of the finished evaluation that the address names; None while a step is still to be done."""
    match url_state.current_step():
        case ("job", id):
            return evaluation_progress.render_evaluation(id)
        case ("upload" | "folder" as kind, value):
            model = _model()
            if model is not None:
                class_mapping_step.render_class_mapping_step(class_mapping_step.GivenSet(kind, value), model.card)
        case None:
            if _model() is not None:
                upload_step.render_upload_step()
                evaluation_list.render_evaluation_list()
    return None


def _model() -> InstalledModel | None:
    """Return the model to evaluate; None after saying that none is installed."""
    installed = installed_models()
    if not installed.models:
        notices.render_no_models(installed.refused)
        return None
    with st.sidebar:
        return model_picker.pick_model(installed.models)
