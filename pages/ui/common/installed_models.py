"""The installed models, read from disk every few seconds at most."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from meddx.config import models_dir
from meddx.model.card import Card
from meddx.model.registry import Installed, list_models

RADIOGRAPHS = {"CR", "DX"}
"""Modality (0008,0060), PS3.3 C.7.3.1.1.1: computed and digital radiography."""
_CACHE_SECONDS = 10
"""Reading the cards takes longer than the rest of a page; a new model shows after this."""


def installed_models() -> Installed:
    """Return the models in the models folder, at most _CACHE_SECONDS old."""
    return _installed(models_dir())


def default_model(cards: Mapping[str, Card]) -> str:
    """Return the id of the model to begin with: the first for patients' radiographs, else the first for patients."""

    def order(name: str) -> tuple[bool, bool]:
        accepts = cards[name].accepts.modality
        return cards[name].synthetic, bool(accepts) and RADIOGRAPHS.isdisjoint(accepts)

    return min(cards, key=order)


@st.cache_resource(ttl=_CACHE_SECONDS, show_spinner=False)
def _installed(directory: Path) -> Installed:
    return list_models(directory)
