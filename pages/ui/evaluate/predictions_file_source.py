"""The source "File of scores": any system's predictions for labelled cases, from an uploaded file."""

import streamlit as st

from meddx.evaluate.cautions import cautions
from meddx.evaluate.external_predictions.describe import sentence
from meddx.evaluate.threshold_free import threshold_free
from meddx.model.registry import InstalledModel
from meddx.types import Refusal
from pages.ui.common import notices, predictions_file
from pages.ui.evaluate.evaluated_system import EvaluatedSystem

_KEY, _RESULT_KEY = "evaluate-file", "evaluate-file-subject"
HOW_READ, CHECK = "How the file was read", "To check"
UPLOAD_HELP = (
    "Columns: `case` (or `image`, `id`, ...); the true label in `label` (or `diagnosis`, ..., or columns `true:NAME` "
    "of 1 and 0); and one column of probabilities for each label, named after it. Optional: `patient` (or "
    "`PatientID`, ...), to group cases of one patient; `threshold:NAME`, the threshold of a label. Other columns, such "
    "as sex or site, become subgroups. CSV, Excel (.xlsx) or Parquet."
)


def predictions_file_source(_: InstalledModel | None) -> EvaluatedSystem | None:
    """Draw the upload; return the system of the file, None until there is one that can be read."""
    st.file_uploader(
        "File of scores", type=predictions_file.FILE_TYPES, key=_KEY, help=UPLOAD_HELP, on_change=_read_upload
    )
    result = st.session_state.get(_RESULT_KEY)
    if isinstance(result, Refusal):
        notices.render_notice("refused", "This file cannot be evaluated", result.reason)
    elif result is None:
        st.caption(UPLOAD_HELP)
    elif isinstance(result, EvaluatedSystem):
        st.caption(result.description[HOW_READ])
        if CHECK in result.description:
            st.warning(result.description[CHECK])
    return result if isinstance(result, EvaluatedSystem) else None


def _read_upload() -> None:
    """Read the file once; the session keeps its system, or why it cannot be read."""
    file = st.session_state[_KEY]
    st.session_state[_RESULT_KEY] = None if file is None else system_from_file(file.name, file.getvalue())


def system_from_file(name: str, data: bytes) -> EvaluatedSystem | Refusal:
    """Return the system of a file with that name and content, or why it cannot be read."""
    external = predictions_file.read_predictions_file(name, data)
    if isinstance(external, Refusal):
        return external
    warnings = [*external.notes, *cautions(threshold_free(external.predictions, external.exclusive).per_label)]
    return EvaluatedSystem(
        source="file of scores",
        title="Scores from a file",
        cases="cases in the file",
        predictions=external.predictions,
        exclusive=external.exclusive,
        titles={label: label for label in external.predictions.labels},
        thresholds=external.thresholds,
        threshold_origin=external.threshold_origin,
        refused=external.refused,
        description={HOW_READ: sentence(external.columns)} | ({CHECK: " ".join(warnings)} if warnings else {}),
    )
