"""The installed models, read anew whenever a card or a file beside one changes."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from meddx.config import models_dir
from meddx.imaging.measurements import RADIOGRAPHS
from meddx.model.card import Card
from meddx.model.registry import Installed, installed_state, list_models


def installed_models() -> Installed:
    """Return the models in the models folder as they are now."""
    return _installed(models_dir(), installed_state(models_dir()))


def default_model(cards: Mapping[str, Card]) -> str:
    """Return the id of the model to begin with: the first for patients' radiographs, else the first for patients."""

    def order(name: str) -> tuple[bool, bool]:
        accepts = cards[name].accepts.modality
        return cards[name].synthetic, bool(accepts) and RADIOGRAPHS.isdisjoint(accepts)

    return min(cards, key=order)


@st.cache_resource(max_entries=2, show_spinner=False)
def _installed(directory: Path, state: str) -> Installed:
    """Check the cards once for all sessions, which takes longer than reading them. state: see installed_state."""
    return list_models(directory)
