"""The installed models, as every page sees them."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from meddx.config import models_dir
from meddx.model.card import Card
from meddx.model.registry import Installed, list_models

RADIOGRAPHS = {"CR", "DX"}
"""Modality (0008,0060), PS3.3 C.7.3.1.1.1: computed and digital radiography."""
_LOOK_AGAIN_SECONDS = 10
"""Reading the cards takes longer than the rest of a page; a new model is seen after this."""


def installed_models() -> Installed:
    """What lies in the models folder, or lay there a few seconds ago."""
    return _installed(models_dir())


def default_model(cards: Mapping[str, Card]) -> str:
    """The model that reads images until the reader chooses: the first for radiographs of patients, else the first."""

    def order(name: str) -> tuple[bool, bool]:
        accepts = cards[name].accepts.modality
        return cards[name].synthetic, bool(accepts) and RADIOGRAPHS.isdisjoint(accepts)

    return min(cards, key=order)


@st.cache_resource(ttl=_LOOK_AGAIN_SECONDS, show_spinner=False)
def _installed(directory: Path) -> Installed:
    return list_models(directory)
