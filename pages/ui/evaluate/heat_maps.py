"""Show how many of the model's heat maps pass the quick check, as recorded for its test images."""

import streamlit as st

from pages.ui.common import glossary, passing_maps
from pages.ui.common.language.language import _
from pages.ui.evaluate.page_state import PageState
from pages.ui.evaluate.recorded_predictions_source import recorded_source


def render_heat_maps(state: PageState) -> None:
    """Draw the shares by label and subgroup, or say that there are none; nothing where no model is evaluated."""
    subject = state.subject
    card = subject.card
    if card is None:
        return
    st.header(_("Heat maps"), anchor=False, help=glossary.meaning("quick check"))
    if subject.source != recorded_source(card, "test"):
        st.caption(
            _(
                "How many heat maps pass the quick check is recorded for the model's test images only: choose its "
                "recorded test predictions as the source."
            )
        )
        return
    shares = passing_maps.recorded_shares(card, subject.predictions)
    if not shares:
        st.caption(passing_maps.none_recorded(card))
        return
    st.html(passing_maps.passing_table([(subject.heading, shares)], subject.titles))
    st.caption(passing_maps.method_sentence(card))
