"""Add a model of one's own: upload its file, give labelled images, confirm what was found, watch the checks."""

from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from meddx.install.choices import AddChoices
from pages.ui.add_model import (
    file_step,
    images_step,
    preprocessing_step,
    questions_step,
    result_step,
    url_state,
)
from pages.ui.common import html
from pages.ui.common.language.language import _


def page() -> None:
    """Draw the steps that are due; each begins once the one before is answered."""
    st.html(html.STYLE)
    st.html(
        html.page_heading(
            _("Add a model"),
            _(
                "A Keras classifier and, best, images with known labels: the model is calibrated and tested on them, "
                "and its heat maps are checked."
            ),
        )
    )
    if result_step.is_adding():
        result_step.render_result()
        return
    st.header(_("1. The model's file"), anchor=False)
    token = url_state.given("file")
    if token is None:
        file_step.render_file_step()
        return
    found = file_step.render_found(token)
    if found is None:
        return
    st.header(_("2. Images with known labels"), anchor=False)
    images = images_step.render_images_step()
    if images is True:
        return
    st.header(_("3. What the file does not say"), anchor=False)
    given = images if isinstance(images, images_step.GivenImages) else None
    names = file_step.proposed_id(token), file_step.proposed_title(token)
    choices = questions_step.render_questions(found, given, *names)
    if choices is None:
        return
    if given is not None:
        st.header(_("4. How images are prepared"), anchor=False)
        way = preprocessing_step.render_preprocessing(_arguments(token, choices), choices)
        if way is None:
            return
        choices = replace(choices, **way._asdict())
    result_step.render_add_button(_arguments(token, choices))


def _arguments(token: str, choices: AddChoices) -> dict[str, Any]:
    """Return the arguments of a job about this model: see meddx.engine.import_job."""
    said = {
        name: value for name, value in asdict(choices).items() if value is not None and name not in ("data", "rule")
    }
    return {"model_upload": token, **url_state.image_arguments(), "choices": said}


page()
