"""Other systems and readers: predictions files that the reader of the page brings, one column for each of them."""

from pathlib import Path

import streamlit as st

from meddx.evaluate.paired.sources import of_other
from meddx.evaluate.paired.system import System
from meddx.types import Refusal
from pages.ui import predictions_file

_KEY, _HELD = "compare-files", "compare-file-systems"
HELP = (
    "A table with a column `case` as the model's own cases are named, the truth in `label`, and a column of "
    "probabilities named as each label. What a person called stands in a column `reader:NAME`; every reader is one "
    "more to compare with. `patient` says which cases belong together. CSV in UTF-8, or Parquet."
)


def brought() -> dict[str, System]:
    """The drop zone; by name, the systems and readers of the files in it. Files that cannot be read are named."""
    st.file_uploader(
        "Scores of another system, or readers", type=predictions_file.KINDS, key=_KEY, help=HELP, on_change=_take,
        accept_multiple_files=True,
    )  # fmt: skip
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
    found = predictions_file.read_file(name, data)
    return found if isinstance(found, Refusal) else of_other(Path(name).stem, found)
