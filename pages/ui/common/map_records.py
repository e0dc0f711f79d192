"""What was measured about an installed model's heat maps, as Diagnose and Explain go by it."""

from pathlib import Path

import streamlit as st

from meddx.errors import CardError
from meddx.explain.map_record import MapRecord, read_record
from meddx.model.registry import InstalledModel, installed_card

_LOOK_AGAIN_SECONDS = 10


def map_record(model: InstalledModel) -> MapRecord | str | None:
    """Its record as of a few seconds ago; None where there is none, a sentence where it cannot be used."""
    return _read(model.folder, model.card.weights.sha256)


@st.cache_resource(ttl=_LOOK_AGAIN_SECONDS, show_spinner=False)
def _read(folder: Path, sha256: str) -> MapRecord | str | None:
    """sha256: other weights, another record."""
    try:
        return read_record(folder, installed_card(folder))
    except CardError as error:
        return str(error)
