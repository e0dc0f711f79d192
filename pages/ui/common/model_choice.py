"""The chosen model: one for all pages of a session. The page's address names it, so that a link opens it."""

from collections.abc import Mapping

import streamlit as st

from meddx.model.card import Card
from pages.ui.common import notices
from pages.ui.common.installed_models import default_model
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import session

MODEL_PARAMETER = "model"


def chosen_model(cards: Mapping[str, Card]) -> str:
    """Return the id of the model that the address names, else of the one chosen last on any page, else the default."""
    requested = st.query_params.get(MODEL_PARAMETER)
    images = session()
    left, images.left_model = images.left_model, None
    if requested in cards and requested != left:
        images.model = str(requested)
    elif images.model not in cards:
        images.model = default_model(cards)
    return images.model


def choose_model(model: str) -> None:
    """Choose the model for every page, and name it in the address of this one. May be a widget callback.

    A choice may come with the run of a fragment, and the page be drawn next with the address that the browser had
    before.
    """
    images = session()
    images.model, images.left_model = model, st.query_params.get(MODEL_PARAMETER)
    st.query_params[MODEL_PARAMETER] = model


def prepare_picker(cards: Mapping[str, Card], key: str) -> None:
    """Set the widget of this key to the chosen model, before it is drawn, and name that in the address.

    A model in the address that is not installed stays there.
    """
    chosen = st.session_state[key] = chosen_model(cards)
    if unknown_model(cards) is None and st.query_params.get(MODEL_PARAMETER) != chosen:
        st.query_params[MODEL_PARAMETER] = chosen


def unknown_model(cards: Mapping[str, Card]) -> str | None:
    """Return the id in the address where no such model is installed, else None."""
    requested = st.query_params.get(MODEL_PARAMETER)
    return None if requested is None or requested in cards else requested


def render_unknown_model(cards: Mapping[str, Card], shown: Card) -> None:
    """Say that the model in the address is not installed, and which is shown instead; nothing where it is."""
    if (name := unknown_model(cards)) is not None:
        notices.render_notice(
            "refused",
            _("Model not found"),
            _("“{name}” is not installed. This page shows {title} instead.").format(
                name=name, title=translated(shown.title)
            ),
        )
