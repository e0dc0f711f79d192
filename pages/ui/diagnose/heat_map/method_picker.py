"""The choice of heat-map method: the one that measured best on this model, until the reader chooses another."""

import streamlit as st

from meddx.explain.map_record import MapRecord, first_method
from meddx.explain.methods import METHODS
from meddx.model.card import Card
from pages.ui.common.default_method import is_reliable
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import map_record
from pages.ui.common.session import session
from pages.ui.diagnose.heat_map.map_requests import is_slow


def pick_method(card: Card) -> str:
    """Draw the select box and return the chosen method's name; the choice holds for every image under this model."""
    record = _record(card)
    names = list(METHODS)
    first = translated(METHODS[names[0]].title)
    chosen = session().methods.get(card.id) or first_method(record)

    def title(name: str) -> str:
        marks = [_default_mark(record) if record is not None and name == record.recommended else ""]
        marks.append(_("slow") if is_slow(name) else "")
        return " · ".join(filter(None, [translated(METHODS[name].title), *marks]))

    picked = select_box(
        _("Heat map method"),
        names,
        index=names.index(chosen),
        format_func=title,
        key=f"heat map {card.id}",
        help=translated(record.why)
        if record is not None
        else _("No method has been measured on this model. Default: {method}.").format(method=first),
    )
    if picked != chosen:
        session().methods[card.id] = picked
    return picked


def _default_mark(record: MapRecord) -> str:
    return _("default") if is_reliable(record) else _("default, not reliable")


def _record(card: Card) -> MapRecord | None:
    """Return the measurements of this model's maps; None where there are none, or with a warning none usable."""
    [model] = [model for model in installed_models().models if model.card.id == card.id]
    record = map_record(model)
    if isinstance(record, str):
        st.warning(translated(record))
        return None
    return record
