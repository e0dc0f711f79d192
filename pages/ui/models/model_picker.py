"""Choose the model that the page shows."""

import streamlit as st

from meddx.model.registry import InstalledModel
from meddx.model.shelf import shelf_order
from pages.ui.common import model_choice
from pages.ui.common.language.choice_boxes import own_key, radio_buttons
from pages.ui.common.language.language import _
from pages.ui.common.model_titles import model_titles
from pages.ui.models.shelf_words import shelf_caption

_KEY = "card"


def pick_model(models: tuple[InstalledModel, ...]) -> InstalledModel:
    """Draw the choice as a shelf, by body part and kind of image; return the model (pages.ui.common.model_choice)."""
    by_id = {model.card.id: model for model in models}
    cards = {name: model.card for name, model in by_id.items()}
    shelf = [card.id for card in shelf_order(cards.values())]
    own = own_key(_KEY)  # now: a callback may find another language
    model_choice.prepare_picker(cards, own)
    titles = model_titles(cards.values())
    selected = radio_buttons(
        _("Model"),
        shelf,
        captions=[shelf_caption(by_id[name].card) for name in shelf],
        format_func=titles.__getitem__,
        key=_KEY,
        on_change=lambda: model_choice.choose_model(st.session_state[own]),
    )
    return by_id[selected]
