"""Choose where the predictions come from. The page's address names the source, so that a link opens it.

A source is a function of the selected model (None for a source that needs none). It draws its own inputs and returns
the EvaluatedSystem, or None after saying on the page what is missing. To add a source, add a row to
PREDICTION_SOURCES.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui.common import notices
from pages.ui.common.recorded_images import RecordedSplit
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.labelled_images.labelled_images_source import labelled_images_source
from pages.ui.evaluate.predictions_file_source import predictions_file_source
from pages.ui.evaluate.recorded_predictions_source import recorded_evaluation

SOURCE_PARAMETER = "source"
_KEY = "evaluate-source"


@dataclass(frozen=True)
class PredictionSource:
    """Describe a source. title: in the list; of_model: whether it needs a model, picked below it; open: see above."""

    title: str
    of_model: bool
    open: Callable[[InstalledModel | None], EvaluatedSystem | None]


def _recorded(set_name: RecordedSplit) -> Callable[[InstalledModel | None], EvaluatedSystem | None]:
    def open_recorded(model: InstalledModel | None) -> EvaluatedSystem | None:
        assert model is not None, "this source is of a model"
        subject = recorded_evaluation(model, set_name)
        if subject is None:
            raw = "It is not calibrated here: its numbers are raw scores. " if model.card.calibration is None else ""
            notices.render_notice(
                "info",
                f"{model.card.title}: no recorded predictions",
                f"The model folder holds no recorded {set_name} predictions of its labels. {raw}"
                "To measure the model, choose \u201cYour own labelled images\u201d on the left.",
            )
        return subject

    return open_recorded


PREDICTION_SOURCES: dict[str, PredictionSource] = {
    "test": PredictionSource("Recorded test predictions", True, _recorded("test")),
    "validation": PredictionSource("Recorded validation predictions", True, _recorded("validation")),
    "images": PredictionSource("Your own labelled images", False, labelled_images_source),
    "file": PredictionSource("File of scores", False, predictions_file_source),
}
"""By their names in the address; the page opens with the first."""


def pick_source() -> PredictionSource:
    """Draw the choice; return the source that the address names or the reader has chosen."""
    requested = st.query_params.get(SOURCE_PARAMETER)
    if requested in PREDICTION_SOURCES:
        st.session_state[_KEY] = requested
    selected = st.radio(
        "Data to evaluate",
        list(PREDICTION_SOURCES),
        format_func=lambda name: PREDICTION_SOURCES[name].title,
        key=_KEY,
        on_change=_update_address,
    )
    if requested is None:
        _update_address()
    return PREDICTION_SOURCES[selected]


def _update_address() -> None:
    st.query_params[SOURCE_PARAMETER] = st.session_state[_KEY]
