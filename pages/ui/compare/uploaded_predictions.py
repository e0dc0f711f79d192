"""Other systems and readers: predictions files that the reader of the page brings, one column for each of them."""

from pathlib import Path

import streamlit as st

from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import systems_from_external
from meddx.types import Refusal
from pages.ui.common import predictions_file

_KEY, _HELD = "compare-files", "compare-file-systems"
PREDICTIONS_HELP = (
    "A table with a column `case` as the model's own cases are named, the truth in `label`, and a column of "
    "probabilities named as each label. What a person called stands in a column `reader:NAME`; every reader is one "
    "more to compare with. `patient` says which cases belong together. CSV, Excel (.xlsx) or Parquet."
)


def uploaded_systems() -> dict[str, System]:
    """The drop zone; by name, the systems and readers of the files in it. Files that cannot be read are named."""
    st.file_uploader(
        "Scores of another system, or readers",
        type=predictions_file.FILE_TYPES,
        key=_KEY,
        help=PREDICTIONS_HELP,
        on_change=_take,
        accept_multiple_files=True,
    )
    systems: dict[str, System] = {}
    for name, held in st.session_state.get(_HELD, {}).items():
        if isinstance(held, Refusal):
            st.error(f"{name}: {held.reason}")
            continue
        for system in held:
            if system.id in systems:
                st.error(f"{name}: there is another system called {system.id}; rename one.")
            systems.setdefault(system.id, system)
    return systems


def _take() -> None:
    """Read what is new; the session keeps what each file says, or why it cannot be read."""
    before = st.session_state.get(_HELD, {})
    st.session_state[_HELD] = {
        file.name: before[file.name] if file.name in before else _read(file.name, file.getvalue())
        for file in st.session_state[_KEY]
    }


def _read(name: str, data: bytes) -> list[System] | Refusal:
    found = predictions_file.read_predictions_file(name, data)
    return found if isinstance(found, Refusal) else systems_from_external(Path(name).stem, found)
