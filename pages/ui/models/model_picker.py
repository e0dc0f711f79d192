"""Choose the model that the page shows."""

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui.common import model_choice
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated

_KEY = "card"


def pick_model(models: tuple[InstalledModel, ...]) -> InstalledModel:
    """Draw the choice, models of one data set together; return the chosen model (pages.ui.common.model_choice)."""
    by_id = {model.card.id: model for model in sorted(models, key=_data)}
    model_choice.prepare_picker({model.card.id: model.card for model in models}, _KEY)
    selected = st.radio(
        _("Model"),
        list(by_id),
        format_func=lambda name: translated(by_id[name].card.title),
        key=_KEY,
        on_change=lambda: model_choice.choose_model(st.session_state[_KEY]),
    )
    return by_id[selected]


def _data(model: InstalledModel) -> str:
    """Return the name of the model's training data; those of unknown data come last."""
    return model.card.training.data if model.card.training else "\uffff"
