"""Compare several models on one image: an image of the session, or one added here."""

import streamlit as st

from meddx.model.card import Card
from pages.ui.common import notices
from pages.ui.common.language.choice_boxes import kept_choice, multi_select, own_key, select_box
from pages.ui.common.language.language import _
from pages.ui.common.model_titles import model_titles
from pages.ui.common.session import session
from pages.ui.compare import available_systems, side_by_side
from pages.ui.diagnose import upload_panel

MAX_MODELS = 3
_MODELS, _CASE = "compare-image-models", "compare-image-case"


def render_sidebar(cards: dict[str, Card]) -> list[Card]:
    """Draw the choice of models and image; return the cards of the chosen models."""
    chosen = kept_choice(_MODELS)
    # In every run, since what is set in one alone may not reach the browser.
    st.session_state[own_key(_MODELS)] = _default_models(cards) if chosen is None else chosen
    names = multi_select(
        _("Models"),
        list(cards),
        format_func=model_titles(cards.values()).__getitem__,
        key=_MODELS,
        max_selections=MAX_MODELS,
    )
    images = session()
    if images.cases:
        case_names = {case.id: case.title for case in images.cases}
        opened = images.current.id if images.current else images.cases[0].id
        chosen = kept_choice(_CASE)
        st.session_state[own_key(_CASE)] = chosen if chosen in case_names else opened
        picked = select_box(_("Image"), list(case_names), format_func=case_names.__getitem__, key=_CASE)
        case = images.find(picked)
        if case is not None and case is not images.current:
            images.open(case)
        upload_panel.render_drop_zone()
        upload_panel.render_sample_buttons(cards, compact=True)
    return [cards[name] for name in names]


def _default_models(cards: dict[str, Card]) -> list[str]:
    """Return the default system and its best partner; the first two models where none share cases."""
    systems = {name: one for name, one in available_systems.available_systems().items() if name in cards}
    partners = available_systems.comparable_systems(systems)
    if not partners:
        return list(cards)[:2]
    first = available_systems.default_system(partners)
    return [first, partners[first][0]]


def render_one_image(cards: dict[str, Card], chosen: list[Card]) -> None:
    """Draw the image with the predictions of the chosen models, or the upload where there is no image."""
    images = session()
    if images.current is None:
        st.write(_("Add an image to see the prediction and heat map of each model."))
        upload_panel.render_drop_zone()
        upload_panel.render_sample_buttons(cards, compact=False)
        notices.render_storage_notice()
        return
    if len(chosen) < 2:
        st.write(_("Choose two or three models."))
        return
    side_by_side.render_side_by_side(images.current, chosen)
