"""Which method draws the heat map: the one that measured best on this model, until the reader chooses another."""

import streamlit as st

from meddx.explain.map_record import MapRecord
from meddx.explain.methods import METHODS
from meddx.model.card import Card
from pages.ui.common.installed_models import installed_models
from pages.ui.common.map_records import map_record
from pages.ui.common.session import session
from pages.ui.diagnose.heat_map.map_requests import is_slow


def pick_method(card: Card) -> str:
    """The select box; returns the method's name. A choice holds for every image that this model is asked about."""
    record = _record(card)
    recommended = record.recommended if record is not None else None
    names = list(METHODS)
    first = METHODS[names[0]].title
    chosen = session().methods.get(card.id) or recommended or names[0]

    def title(name: str) -> str:
        marks = [word for word, applies in (("recommended", name == recommended), ("slow", is_slow(name))) if applies]
        return " · ".join([METHODS[name].title, *marks])

    picked = st.selectbox(
        "Heat map",
        names,
        index=names.index(chosen),
        format_func=title,
        key=f"heat map {card.id}",
        help=record.why if record is not None else f"No method has been measured on this model: {first} comes first.",
    )
    if picked != chosen:
        session().methods[card.id] = picked
    return picked


def _record(card: Card) -> MapRecord | None:
    """What was measured about this model's maps; says so where the record cannot be used."""
    [model] = [model for model in installed_models().models if model.card.id == card.id]
    found = map_record(model)
    if isinstance(found, str):
        st.warning(found)
        return None
    return found
