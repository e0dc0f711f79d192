"""The choice of heat-map method: the one that measured best on this model, until the reader chooses another."""

import streamlit as st

from meddx.explain.map_record import MapRecord, first_method
from meddx.explain.methods import METHODS
from meddx.model.card import Card
from pages.ui.common.default_method import is_reliable
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.catalogue import languages
from pages.ui.common.language.language import _, language
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import map_record
from pages.ui.common.session import session
from pages.ui.diagnose.heat_map.map_requests import is_slow


def pick_method(card: Card) -> str:
    """Draw the select box and return the chosen method's name; the choice holds for every image under this model."""
    record = _record(card)
    names = list(METHODS)
    first = translated(METHODS[names[0]].title)
    key = f"heat map {card.id}"
    kept = _chosen_in_another_language(key)
    chosen = kept or session().methods.get(card.id) or first_method(record)

    def title(name: str) -> str:
        marks = [_default_mark(record) if record is not None and name == record.recommended else ""]
        marks.append(_("slow") if is_slow(name) else "")
        return " · ".join(filter(None, [translated(METHODS[name].title), *marks]))

    picked = st.selectbox(
        _("Heat map method"),
        names,
        index=names.index(chosen),
        format_func=title,
        key=f"{key} {language()}",  # the box of another language would go on showing its title in that
        help=translated(record.why)
        if record is not None
        else _("No method has been measured on this model. Default: {method}.").format(method=first),
    )
    if picked != chosen or kept is not None:
        session().methods[card.id] = picked
    return picked


def _chosen_in_another_language(key: str) -> str | None:
    """Return what was chosen before the reader changed the language, which this run may be the first to hear of."""
    keys = [f"{key} {one}" for one in languages() if one != language()]
    return next((st.session_state[one] for one in keys if one in st.session_state), None)


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
