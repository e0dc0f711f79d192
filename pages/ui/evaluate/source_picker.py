"""Where the predictions come from. The address says which source, so that a link can.

A source is a function of the model that the page is about (None for one that needs no model): it draws what the reader
must fill in and returns the Subject, or None after saying on the page what is missing. A new source is a line in
SOURCES.
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
    """title: in the choice. of_model: whether it is given one, chosen beside it. open: see above."""

    title: str
    of_model: bool
    open: Callable[[InstalledModel | None], EvaluatedSystem | None]


def _recorded(set_name: RecordedSplit) -> Callable[[InstalledModel | None], EvaluatedSystem | None]:
    def open_recorded(model: InstalledModel | None) -> EvaluatedSystem | None:
        assert model is not None, "this source is of a model"
        subject = recorded_evaluation(model, set_name)
        if subject is None:
            notices.render_notice(
                "refused",
                "No recorded predictions",
                f"The folder of this model holds no recorded {set_name} predictions of its labels.",
            )
        return subject

    return open_recorded


PREDICTION_SOURCES: dict[str, PredictionSource] = {
    "test": PredictionSource("Recorded test predictions", True, _recorded("test")),
    "validation": PredictionSource("Recorded validation predictions", True, _recorded("validation")),
    "images": PredictionSource("Own labelled images", False, labelled_images_source),
    "file": PredictionSource("A file of predictions", False, predictions_file_source),
}
"""By the name in the address; the first is where the page opens."""


def pick_source() -> PredictionSource:
    """The source that the address names or the reader has chosen."""
    asked = st.query_params.get(SOURCE_PARAMETER)
    if asked in PREDICTION_SOURCES:
        st.session_state[_KEY] = asked
    chosen = st.radio(
        "What to measure",
        list(PREDICTION_SOURCES),
        format_func=lambda name: PREDICTION_SOURCES[name].title,
        key=_KEY,
        on_change=_to_address,
    )
    if asked is None:
        _to_address()
    return PREDICTION_SOURCES[chosen]


def _to_address() -> None:
    st.query_params[SOURCE_PARAMETER] = st.session_state[_KEY]
