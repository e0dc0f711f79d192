"""The choice of the model in the sidebar of Diagnose."""

from collections.abc import Mapping

import streamlit as st

from meddx.model.card import Card
from meddx.model.shelf import shelf_order
from pages.ui.common import model_card, model_choice
from pages.ui.common.language.choice_boxes import own_key, select_box
from pages.ui.common.language.language import _
from pages.ui.common.model_titles import model_titles
from pages.ui.common.presses import was_pressed
from pages.ui.diagnose.model_proposal import hide_former_proposals

_KEY = "model"


def render_model_box(cards: Mapping[str, Card]) -> Card:
    """Draw the list of models, and the button that shows the card of the chosen one; return that.

    cards: by id, all that are installed.
    """
    own = own_key(_KEY)  # now: a callback may find another language
    model_choice.prepare_picker(cards, own)
    chosen = select_box(
        _("Model"),
        [one.id for one in shelf_order(cards.values())],
        format_func=model_titles(cards.values()).__getitem__,
        key=_KEY,
        on_change=lambda: model_choice.choose_model(st.session_state[own]),
    )
    card = cards[chosen]
    hide_former_proposals(card)
    if was_pressed(st.button, _("About this model"), type="tertiary", key="about model"):
        model_card.render_model_card(card)
    return card
