"""One image, many models: an image of the session, or one added here."""

import streamlit as st

from meddx.model.card import Card
from pages.ui.common import notices
from pages.ui.common.session import session
from pages.ui.compare import available_systems, side_by_side
from pages.ui.diagnose import upload_panel

MAX_MODELS = 3


def render_sidebar(cards: dict[str, Card]) -> list[Card]:
    """Which models, and which image."""
    if "compare-image-models" not in st.session_state:
        st.session_state["compare-image-models"] = _first(cards)
    chosen = st.multiselect(
        "Models",
        list(cards),
        format_func=lambda name: cards[name].title,
        key="compare-image-models",
        max_selections=MAX_MODELS,
    )
    images = session()
    if images.cases:
        names = {case.id: case.name for case in images.cases}
        if st.session_state.get("compare-image-case") not in names:
            st.session_state["compare-image-case"] = images.current.id if images.current else images.cases[0].id
        picked = st.selectbox("Image", list(names), format_func=names.__getitem__, key="compare-image-case")
        case = images.find(picked)
        if case is not None and case is not images.current:
            images.open(case)
        upload_panel.render_drop_zone()
        upload_panel.render_sample_buttons(cards, compact=True)
    return [cards[name] for name in chosen]


def _first(cards: dict[str, Card]) -> list[str]:
    """The best model of all that share a data set, and the best other one of it."""
    found = available_systems.comparable_systems(
        {name: one for name, one in available_systems.available_systems().items() if name in cards}
    )
    if not found:
        return list(cards)[:2]
    first = available_systems.default_pair(found)
    return [first, found[first][0]]


def render_one_image(cards: dict[str, Card], chosen: list[Card]) -> None:
    """The image before the chosen models, or the way to add one."""
    images = session()
    if images.current is None:
        st.write("Add an image to see what each model says of it and where it looked.")
        upload_panel.render_drop_zone()
        upload_panel.render_sample_buttons(cards, compact=False)
        notices.render_storage_notice()
        return
    if len(chosen) < 2:
        st.write("Choose two or three models.")
        return
    side_by_side.render_side_by_side(images.current, chosen)
