"""What the image alone and the record alone of a fusion say, beside the models that the page compares."""

import hashlib

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.parts_alone import has_parts_alone, parts_alone, parts_files
from meddx.evaluate.paired.system import System
from meddx.model.registry import InstalledModel


def systems_alone(model: InstalledModel) -> list[System]:
    """Return the parts of the model alone, none where its folder does not hold them."""
    if not has_parts_alone(model):
        return []
    content = b"".join(path.read_bytes() for path in parts_files(model))
    return _systems(model.card.key, hashlib.sha256(content).hexdigest(), model)


@st.cache_resource(max_entries=8, show_spinner=False)
def _systems(card: str, digest: str, _model: InstalledModel) -> list[System]:
    """Read the files once for all sessions. card, digest: of card and files, by which the result is cached."""
    try:
        return parts_alone(_model)
    except Refused:
        return []
