"""Show how many heat maps of each compared model pass the quick check, as recorded for its test images."""

from collections.abc import Mapping, Sequence

import streamlit as st

from meddx.evaluate.paired.system import System
from pages.ui.common import glossary, passing_maps
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import _
from pages.ui.compare.system_titles import title_of


def render_compared_heat_maps(systems: Sequence[System], titles: Mapping[str, str]) -> None:
    """Draw the shares by label and subgroup, or say of whom there are none; nothing where no system is a model.

    systems: with the cases that all of them have; titles: label -> title.
    """
    cards = installed_models().cards
    models = [(system, cards[system.id]) for system in systems if system.kind == "model" and system.id in cards]
    if not models:
        return
    st.header(_("Heat maps"), anchor=False, help=glossary.meaning("quick check"))
    shares = {system.id: passing_maps.recorded_shares(card, system.predictions) for system, card in models}
    known = [(system, card) for system, card in models if shares[system.id]]
    if known:
        st.html(passing_maps.passing_table([(title_of(system), shares[system.id]) for system, _card in known], titles))
        st.caption(paragraph(passing_maps.method_sentence(card) for _system, card in known))
    for system, card in models:
        if not shares[system.id]:
            st.caption(passing_maps.none_recorded(card))
