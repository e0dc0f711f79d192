"""The sources "Recorded test predictions" and "Recorded validation predictions": they need no images."""

import hashlib
from functools import partial
from io import BytesIO
from pathlib import Path

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.label_grouping import NOT_IN_CARD
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.model.card import Card
from meddx.model.registry import InstalledModel, ModelFolder
from pages.ui.common import recorded_images as images
from pages.ui.common.language.language import N_
from pages.ui.evaluate.evaluated_system import EvaluatedSystem, is_of_model

_CASES: dict[images.RecordedSplit, str] = {
    "test": N_("recorded test images"),
    "validation": N_("recorded validation images"),
}


def recorded_evaluation(model: InstalledModel, set_name: images.RecordedSplit) -> EvaluatedSystem | None:
    """Return the model's recorded predictions of a split with their origin; None where there are none of its labels."""
    predictions, card = recorded_predictions(model, set_name), model.card
    if predictions is None:
        return None
    return EvaluatedSystem(
        source=recorded_source(card, set_name),
        title=card.title,
        cases=_CASES[set_name],
        predictions=predictions,
        exclusive=card.task == "exclusive",
        titles={label.name: label.title for label in card.labels},
        thresholds=card.thresholds(predictions.labels),
        threshold_origin=f"the card of {card.id} {card.version}"
        if card.has_thresholds
        else NOT_IN_CARD.format(card.id, card.version),
        card=card,
        ordered=card.orders(predictions.labels),
        chosen_on=set_name == "validation",
        image=partial(images.recorded_image, card.id, split=set_name),
        address=partial(images.library_address, card.id, set_name),
        description=_description(card),
    )


def recorded_source(card: Card, set_name: images.RecordedSplit) -> str:
    """Return what EvaluatedSystem.source says of a model's recorded predictions of a split."""
    return f"recorded {set_name} {card.id}"


def _description(card: Card) -> dict[str, str]:
    origin = card.training
    return {} if origin is None else {"Data": origin.data, "Licence": origin.licence, "Split": origin.split_rule}


def recorded_predictions(model: ModelFolder, set_name: images.RecordedSplit) -> Predictions | None:
    """Return the model's recorded predictions of a split; None where there are none of its labels."""
    path = _path(model, set_name)
    if not path.is_file():
        return None
    content = path.read_bytes()
    predictions = _read(hashlib.sha256(content).hexdigest(), content)
    return predictions if predictions is not None and is_of_model(model.card, predictions) else None


def _path(model: ModelFolder, set_name: images.RecordedSplit) -> Path:
    return model.folder / f"predictions-{set_name}.parquet"


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(digest: str, _content: bytes) -> Predictions | None:
    """Read a file once for all sessions. digest: of its content, by which the result is cached."""
    try:
        return read_predictions(BytesIO(_content))
    except Refused:
        return None
