"""Which model the page is about. The address says it, so that a link can."""

import streamlit as st

from meddx.model.card import Card
from meddx.model.registry import InstalledModel

MODEL_PARAMETER = "model"
_KEY = "card"


def pick_model(models: tuple[InstalledModel, ...]) -> InstalledModel:
    """The model that the address names or the reader has chosen; those of one data set stand together."""
    of = {model.card.id: model for model in sorted(models, key=lambda model: model.card.training.data)}
    asked = st.query_params.get(MODEL_PARAMETER)
    if asked in of:
        st.session_state[_KEY] = asked
    chosen = st.radio("Models", list(of), format_func=lambda name: of[name].card.title, key=_KEY, on_change=_to_address)
    if asked is None:
        _to_address()
    return of[chosen]


def unknown_model(cards: dict[str, Card]) -> str | None:
    """The model that the address names but that is not installed."""
    asked = st.query_params.get(MODEL_PARAMETER)
    return None if asked is None or asked in cards else asked


def _to_address() -> None:
    st.query_params[MODEL_PARAMETER] = st.session_state[_KEY]
