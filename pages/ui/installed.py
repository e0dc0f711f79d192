"""The installed models, as every page sees them."""

from pathlib import Path

import streamlit as st

from meddx.config import models_dir
from meddx.model.registry import Installed, list_models

_LOOK_AGAIN_SECONDS = 10
"""Reading the cards takes longer than the rest of a page; a new model is seen after this."""


def installed() -> Installed:
    """What lies in the models folder, or lay there a few seconds ago."""
    return _installed(models_dir())


@st.cache_resource(ttl=_LOOK_AGAIN_SECONDS, show_spinner=False)
def _installed(directory: Path) -> Installed:
    return list_models(directory)
