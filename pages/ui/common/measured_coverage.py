"""How often an installed model's prediction sets held the true label on its recorded test cases."""

from pathlib import Path

import streamlit as st

from meddx.evaluate.estimates import Estimate
from meddx.evaluate.recorded_coverage import RECORDED_TEST, recorded_coverage
from meddx.model.card import Card
from meddx.model.registry import InstalledModel


def measured_coverage(model: InstalledModel) -> dict[str, Estimate] | None:
    """Return label -> observed coverage on the recorded test cases, None where it was not measured."""
    path = model.folder / RECORDED_TEST
    return _read(model.folder, model.card, path.stat().st_mtime_ns) if path.is_file() else None


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Card: lambda card: card.key})
def _read(folder: Path, card: Card, changed: int) -> dict[str, Estimate] | None:
    """Read a record once for all sessions. changed: its modification time."""
    return recorded_coverage(folder, card)
