"""The predictions that were recorded when a model was trained: they work with no data on the machine."""

from functools import partial
from pathlib import Path

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.model.registry import InstalledModel
from pages.ui import recorded as films
from pages.ui.evaluate.subject import Subject, of_model, thresholds_of


def recorded(model: InstalledModel, set_name: films.Split) -> Subject | None:
    """What the model said of its "test" or "validation" set; None where the folder holds nothing usable."""
    path = model.folder / f"predictions-{set_name}.parquet"
    predictions = _read(path, path.stat().st_mtime_ns) if path.is_file() else None
    card = model.card
    if predictions is None or not of_model(card, predictions):
        return None
    return Subject(
        key=f"recorded {set_name} {card.id} {card.version} {path.stat().st_mtime_ns}",
        title=card.title,
        cases=f"recorded {set_name} films",
        predictions=predictions,
        exclusive=card.task == "exclusive",
        titles={label.name: label.title for label in card.labels},
        thresholds=thresholds_of(card, predictions.labels),
        threshold_origin=f"the card of {card.id} {card.version}",
        card=card,
        ordered=card.orders(predictions.labels),
        chosen_on=set_name == "validation",
        film=partial(films.film_of, card.id, split=set_name),
        description={
            "Data": card.training.data,
            "Licence": card.training.licence,
            "Split": card.training.split_rule,
        },
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(path: Path, changed: int) -> Predictions | None:
    """Read once for everybody; `changed` is when the file was written."""
    try:
        return read_predictions(path)
    except Refused:
        return None
