"""Choose the model that the page shows. The page's address names it, so that a link opens it."""

import streamlit as st

from meddx.model.card import Card
from meddx.model.registry import InstalledModel

MODEL_PARAMETER = "model"
_KEY = "card"


def pick_model(models: tuple[InstalledModel, ...]) -> InstalledModel:
    """Draw the choice, models of one data set together; return the model that the address or the reader chose."""
    by_id = {model.card.id: model for model in sorted(models, key=_data)}
    requested = st.query_params.get(MODEL_PARAMETER)
    if requested in by_id:
        st.session_state[_KEY] = requested
    selected = st.radio(
        "Model",
        list(by_id),
        format_func=lambda name: by_id[name].card.title,
        key=_KEY,
        on_change=_update_address,
    )
    if requested is None:
        _update_address()
    return by_id[selected]


def _data(model: InstalledModel) -> str:
    """Return the name of the model's training data; those of unknown data come last."""
    return model.card.training.data if model.card.training else "\uffff"


def unknown_model(cards: dict[str, Card]) -> str | None:
    """Return the id in the address where no such model is installed, else None."""
    requested = st.query_params.get(MODEL_PARAMETER)
    return None if requested is None or requested in cards else requested


def _update_address() -> None:
    st.query_params[MODEL_PARAMETER] = st.session_state[_KEY]
