"""Choose where the predictions come from. The page's address names the source, so that a link opens it.

A source is a function of the selected model (None for a source that needs none). It draws its own inputs and returns
the EvaluatedSystem, or None after saying on the page what is missing. To add a source, add a row to
PREDICTION_SOURCES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui.common import notices
from pages.ui.common.language.choice_boxes import own_key, radio_buttons
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.recorded_images import RecordedSplit
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.labelled_images.labelled_images_source import labelled_images_source
from pages.ui.evaluate.predictions_file_source import predictions_file_source
from pages.ui.evaluate.recorded_predictions_source import recorded_evaluation

SOURCE_PARAMETER = "source"
_KEY = "evaluate-source"
_NO_PREDICTIONS: dict[RecordedSplit, str] = {
    "test": N_("The model folder holds no recorded test predictions of its labels."),
    "validation": N_("The model folder holds no recorded validation predictions of its labels."),
}


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
            sentences = [_(_NO_PREDICTIONS[set_name])]
            if model.card.calibration is None:
                sentences.append(_("It is not calibrated here: its numbers are raw scores."))
            sentences.append(_("To measure the model, choose “Your own labelled images” on the left."))
            title = _("{model}: no recorded predictions").format(model=translated(model.card.title))
            notices.render_notice("info", title, paragraph(sentences))
        return subject

    return open_recorded


PREDICTION_SOURCES: dict[str, PredictionSource] = {
    "test": PredictionSource(N_("Recorded test predictions"), True, _recorded("test")),
    "validation": PredictionSource(N_("Recorded validation predictions"), True, _recorded("validation")),
    "images": PredictionSource(N_("Your own labelled images"), False, labelled_images_source),
    "file": PredictionSource(N_("File of scores"), False, predictions_file_source),
}
"""By their names in the address; the page opens with the first."""


def pick_source() -> PredictionSource:
    """Draw the choice; return the source that the address names or the reader has chosen."""
    requested = st.query_params.get(SOURCE_PARAMETER)
    own = own_key(_KEY)  # now: a callback may find another language
    if requested in PREDICTION_SOURCES:
        st.session_state[own] = requested
    selected = radio_buttons(
        _("Data to evaluate"),
        list(PREDICTION_SOURCES),
        format_func=lambda name: _(PREDICTION_SOURCES[name].title),
        key=_KEY,
        on_change=partial(_update_address, own),
    )
    if requested is None:
        _update_address(own)
    return PREDICTION_SOURCES[selected]


def _update_address(key: str) -> None:
    st.query_params[SOURCE_PARAMETER] = st.session_state[key]
