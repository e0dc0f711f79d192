"""The source "File of scores": any system's predictions for labelled cases, from an uploaded file."""

from dataclasses import replace

import streamlit as st

from meddx.evaluate.cautions import cautions
from meddx.evaluate.external_predictions import ExternalPredictions
from meddx.evaluate.external_predictions.describe import sentence
from meddx.evaluate.threshold_free import threshold_free
from meddx.model.registry import InstalledModel
from pages.ui.common import notices, predictions_file
from pages.ui.common.download.download_button import render_download
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.predictions_file import ScoreFile
from pages.ui.evaluate.column_picker import render_column_picker
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.how_read import how_read

_KEY, _FILES_KEY, _SYSTEM_KEY = "evaluate-file", "evaluate-score-file", "evaluate-file-system"
HOW_READ, CHECK = "How the file was read", "To check"
UPLOAD_HELP = N_(
    "Columns: `case` (or `image`, `id`, ...); the true label in `label` (or `diagnosis`, ..., or columns `true:NAME` "
    "of 1 and 0); and one column of probabilities for each label, named after it. Optional: `patient` (or "
    "`PatientID`, ...), to group cases of one patient; `threshold:NAME`, the threshold of a label. Other columns, such "
    "as sex or site, become subgroups. CSV, Excel (.xlsx) or Parquet."
)
EXAMPLE_FILE = """case,patient,label,Pneumonia,Normal,sex
film-01,P1,Pneumonia,0.91,0.09,F
film-02,P1,Pneumonia,0.64,0.36,F
film-03,P2,Normal,0.08,0.92,M
film-04,P3,Normal,0.57,0.43,F
film-05,P4,Pneumonia,0.38,0.62,M
film-06,P5,Normal,0.12,0.88,M
film-07,P6,Pneumonia,0.83,0.17,F
film-08,P7,Normal,0.21,0.79,M
"""
"""A file of scores as the page reads it, of invented cases."""


def predictions_file_source(model: InstalledModel | None) -> EvaluatedSystem | None:
    """Draw the upload; return the system of the file, None until there is one that has been read.

    model: none is needed.
    """
    st.file_uploader(
        _("File of scores"), type=predictions_file.FILE_TYPES, key=_KEY, help=_(UPLOAD_HELP), on_change=_take_upload
    )
    files: list[ScoreFile] = st.session_state.get(_FILES_KEY, [])
    if not files:
        st.caption(_(UPLOAD_HELP))
        render_download(
            N_("Example file (CSV)"),
            "example-scores.csv",
            "text/csv",
            lambda: EXAMPLE_FILE,
            key="evaluate-file-example",
        )
    for file in predictions_file.read_all(files):
        if isinstance(file.result, ExternalPredictions):
            system = _system(file.digest, file.result)
            st.caption(how_read(file.result.columns))
            if CHECK in system.description:
                st.warning(translated(system.description[CHECK]))
            return system
        if file.result is not None:
            notices.render_notice("refused", _("This file cannot be evaluated"), file.result.reason)
            _offer_columns(file)
    return None


def _offer_columns(file: ScoreFile) -> None:
    """Let the reader say which column holds what, and read the file again with them."""
    upload = st.session_state.get(_KEY)
    if not file.column_names or upload is None:
        return
    columns = render_column_picker(file.column_names, file.columns, file.digest)
    if columns is not None:
        again = replace(file, data=upload.getvalue(), columns=columns, job="", result=None)
        st.session_state[_FILES_KEY] = [again]
        st.rerun()


def _take_upload() -> None:
    upload = st.session_state[_KEY]
    known = st.session_state.get(_FILES_KEY, [])
    st.session_state[_FILES_KEY] = predictions_file.score_files([upload] if upload else [], known)


def _system(digest: str, external: ExternalPredictions) -> EvaluatedSystem:
    """Return the system of the session's file, made once. digest: of the file."""
    held = st.session_state.get(_SYSTEM_KEY)
    if held is None or held[0] != digest:
        held = st.session_state[_SYSTEM_KEY] = (digest, system_of_scores(external))
    system: EvaluatedSystem = held[1]
    return system


def system_of_scores(external: ExternalPredictions) -> EvaluatedSystem:
    """Return the scores of a file as a system."""
    warnings = [*external.notes, *cautions(threshold_free(external.predictions, external.exclusive).per_label)]
    return EvaluatedSystem(
        source="file of scores",
        title=N_("Scores from a file"),
        cases=N_("cases in the file"),
        predictions=external.predictions,
        exclusive=external.exclusive,
        titles={label: label for label in external.predictions.labels},
        thresholds=external.thresholds,
        threshold_origin=external.threshold_origin,
        refused=external.refused,
        description={HOW_READ: sentence(external.columns)} | ({CHECK: " ".join(warnings)} if warnings else {}),
    )
