"""The recorded measurements of an installed model's heat maps, for the Diagnose and Explain pages."""

from pathlib import Path

import streamlit as st

from meddx.errors import CardError
from meddx.explain.map_record import MapRecord, read_record
from meddx.model.registry import InstalledModel, installed_card

_CACHE_SECONDS = 10


def map_record(model: InstalledModel) -> MapRecord | str | None:
    """Return the model's record; None where it has none, a sentence that says why where it cannot be used."""
    return _read(model.folder, model.card.weights.sha256)


@st.cache_resource(ttl=_CACHE_SECONDS, show_spinner=False)
def _read(folder: Path, sha256: str) -> MapRecord | str | None:
    """Read the record. sha256: of the weights, so that other weights are read anew."""
    try:
        return read_record(folder, installed_card(folder))
    except CardError as error:
        return str(error)
