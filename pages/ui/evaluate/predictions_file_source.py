"""The reader's own predictions file: any other system's answers to cases of known truth."""

import hashlib

import streamlit as st

from meddx.evaluate.cautions import cautions
from meddx.evaluate.external_predictions.describe import sentence
from meddx.evaluate.threshold_free import threshold_free
from meddx.model.registry import InstalledModel
from meddx.types import Refusal
from pages.ui.common import notices, predictions_file
from pages.ui.evaluate.evaluated_system import EvaluatedSystem

_KEY, _HELD = "evaluate-file", "evaluate-file-subject"
HOW_READ, CHECK = "How the file was read", "To check"
UPLOAD_HELP = (
    "A table with a column `case` (or `image`, `id`, ...), the truth in `label` (`diagnosis`, ..., or `true:NAME` "
    "columns of 1 and 0), and a column of probabilities named as each label. `patient` (`PatientID`, ...) says which "
    "cases belong together, `threshold:NAME` a threshold; other columns, such as sex or site, become groups. CSV, "
    "Excel (.xlsx) or Parquet."
)


def predictions_file_source(_: InstalledModel | None) -> EvaluatedSystem | None:
    """What the uploaded file says; None until there is one that can be read."""
    st.file_uploader(
        "A file of predictions", type=predictions_file.FILE_TYPES, key=_KEY, help=UPLOAD_HELP, on_change=_take
    )
    held = st.session_state.get(_HELD)
    if isinstance(held, Refusal):
        notices.render_notice("refused", "This file cannot be measured", held.reason)
    elif held is None:
        st.caption(UPLOAD_HELP)
    elif isinstance(held, EvaluatedSystem):
        st.caption(held.description[HOW_READ])
        if CHECK in held.description:
            st.warning(held.description[CHECK])
    return held if isinstance(held, EvaluatedSystem) else None


def _take() -> None:
    """Read the file once; the session keeps what it says, or why it cannot be read."""
    file = st.session_state[_KEY]
    st.session_state[_HELD] = None if file is None else system_from_file(file.name, file.getvalue())


def system_from_file(name: str, data: bytes) -> EvaluatedSystem | Refusal:
    """The subject of a file of that name and content."""
    found = predictions_file.read_predictions_file(name, data)
    if isinstance(found, Refusal):
        return found
    labels = found.predictions.labels
    warnings = [*found.notes, *cautions(threshold_free(found.predictions, found.exclusive).per_label)]
    return EvaluatedSystem(
        key=f"file {hashlib.sha256(data).hexdigest()[:16]}",
        title="Predictions of another system",
        cases="cases of the file",
        predictions=found.predictions,
        exclusive=found.exclusive,
        titles={label: label for label in labels},
        thresholds=found.thresholds,
        threshold_origin=found.threshold_origin,
        refused=found.refused,
        description={HOW_READ: sentence(found.columns)} | ({CHECK: " ".join(warnings)} if warnings else {}),
    )
