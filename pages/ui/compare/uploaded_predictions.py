"""Read uploaded files of scores: other systems, and human readers by columns."""

import hashlib
from pathlib import Path

import streamlit as st

from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import systems_from_external
from meddx.types import Refusal
from pages.ui.common import predictions_file

_KEY, _RESULTS_KEY = "compare-files", "compare-file-systems"
PREDICTIONS_HELP = (
    "Columns: `case`, with the same ids as the model's cases; the true label in `label`; and one column of "
    "probabilities for each label, named after it. Optional: a column `reader:NAME` with the labels that a person "
    "chose, for each reader; `patient`, to group cases of one patient. CSV (UTF-8), Excel (.xlsx) or Parquet."
)


def uploaded_systems() -> dict[str, System]:
    """Draw the upload; return its systems and readers by name, after naming the files that cannot be read."""
    st.file_uploader(
        "Scores of other systems or readers",
        type=predictions_file.FILE_TYPES,
        key=_KEY,
        help=PREDICTIONS_HELP,
        on_change=_read_uploads,
        accept_multiple_files=True,
    )
    systems: dict[str, System] = {}
    for (name, _), result in st.session_state.get(_RESULTS_KEY, {}).items():
        if isinstance(result, Refusal):
            st.error(f"{name}: {result.reason}")
            continue
        for system in result:
            if system.id in systems:
                st.error(f"{name}: another file already has a system named {system.id}; rename one.")
            systems.setdefault(system.id, system)
    return systems


def _read_uploads() -> None:
    """Read new files; the session keeps the systems of each by name and content, or why it cannot be read."""
    before = st.session_state.get(_RESULTS_KEY, {})
    files = {(file.name, hashlib.sha256(file.getvalue()).hexdigest()): file for file in st.session_state[_KEY]}
    st.session_state[_RESULTS_KEY] = {
        key: before[key] if key in before else _read(file.name, file.getvalue()) for key, file in files.items()
    }


def _read(name: str, data: bytes) -> list[System] | Refusal:
    external = predictions_file.read_predictions_file(name, data)
    return external if isinstance(external, Refusal) else systems_from_external(Path(name).stem, external)
