"""Read uploaded files of scores: other systems, and human readers by columns."""

from pathlib import Path

import streamlit as st

from meddx.evaluate.external_predictions import ExternalPredictions
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import systems_from_external
from pages.ui.common import predictions_file
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

_KEY, _FILES_KEY = "compare-files", "compare-score-files"
PREDICTIONS_HELP = N_(
    "Columns: `case`, with the same ids as the model's cases; the true label in `label`; and one column of "
    "probabilities for each label, named after it. Optional: a column `reader:NAME` with the labels that a person "
    "chose, for each reader; `patient`, to group cases of one patient. CSV (UTF-8), Excel (.xlsx) or Parquet."
)


def uploaded_systems() -> dict[str, System]:
    """Draw the upload; return the systems and readers of files that have been read, by name, and name the others."""
    st.file_uploader(
        _("Scores of other systems or readers"),
        type=predictions_file.FILE_TYPES,
        key=_KEY,
        help=_(PREDICTIONS_HELP),
        on_change=_take_uploads,
        accept_multiple_files=True,
    )
    systems: dict[str, System] = {}
    for file in predictions_file.read_all(st.session_state.get(_FILES_KEY, [])):
        if not isinstance(file.result, ExternalPredictions):
            reason = translated(file.result.reason) if file.result else ""
            st.error(_("{name}: {reason}").format(name=file.name, reason=reason))
            continue
        for system in systems_from_external(Path(file.name).stem, file.result):
            if system.id in systems:
                told = _("{name}: another file already has a system named {system}; rename one.")
                st.error(told.format(name=file.name, system=system.id))
            systems.setdefault(system.id, system)
    return systems


def _take_uploads() -> None:
    st.session_state[_FILES_KEY] = predictions_file.score_files(
        st.session_state[_KEY], st.session_state.get(_FILES_KEY, [])
    )
