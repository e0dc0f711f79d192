"""The source "Own labelled images": from giving them to their Subject, as far as the address says."""

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
    """The Subject of the evaluation that the address names, once it has ended; None on the way there."""
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
    """The model that will be measured; None after saying that there is none."""
    known = installed_models()
    if not known.models:
        notices.render_no_models(known.refused)
        return None
    with st.sidebar:
        return model_picker.pick_model(known.models)
