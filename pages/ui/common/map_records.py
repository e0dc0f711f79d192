"""The recorded measurements of an installed model's heat maps, for the Diagnose and Explain pages."""

import hashlib
from pathlib import Path

import streamlit as st

from meddx.errors import CardError
from meddx.explain.map_record import RECORD_FILE, MapRecord, read_record
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common.installed_models import installed_models


def map_record(model: InstalledModel) -> MapRecord | str | None:
    """Return the model's record; None where it has none, a sentence that says why where it cannot be used."""
    path = model.folder / RECORD_FILE
    content = path.read_bytes() if path.is_file() else b""
    return _read(model.folder, model.card.fingerprint, hashlib.sha256(content).hexdigest(), model.card)


def usable_map_record(card: Card) -> MapRecord | None:
    """Return the record of the installed model; None where it has none that can be used."""
    model = next((model for model in installed_models().models if model.card.id == card.id), None)
    record = None if model is None else map_record(model)
    return record if isinstance(record, MapRecord) else None


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(folder: Path, fingerprint: str, digest: str, _card: Card) -> MapRecord | str | None:
    """Read a record once for all sessions. fingerprint: of the card; digest: of the file, by which it is cached."""
    try:
        return read_record(folder, _card)
    except CardError as error:
        return str(error)
