"""Confusion matrices of recorded predictions."""

import numpy as np
import pytest

from meddx.config import ROOT
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.model.card import read_card
from meddx.model.registry import list_models
from pages.ui.models import confusion_tables
from tests.untrained import label, write_model

SHIPPED = list_models(ROOT / "models").models


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.card.id)
def test_the_matrix_agrees_with_the_card(model):
    recorded = read_predictions(model.folder / "predictions-test.parquet")
    html = confusion_tables.confusion_html(model.card, recorded)
    counts = [int(cell.split("</b>")[0].replace(",", "")) for cell in html.split("<b>")[1:]]
    size = len(model.card.labels) if model.card.task == "exclusive" else 2
    squares = np.array(counts).reshape(-1, size, size)
    right = np.mean([np.trace(square) / square.sum() for square in squares])
    [accuracy] = [m.value for m in model.card.metrics if (m.name, m.set, m.label) == ("accuracy", "test", None)]
    assert abs(right - accuracy) < 1e-6


def test_many_labels_are_numbered_and_empty_rows_claim_no_percentage(tmp_path):
    names = [f"L{number}" for number in range(8)]
    folder = write_model(tmp_path)
    card = read_card(folder / "card.toml")
    labels = tuple(card.labels[0].model_copy(update=label(name) | {"code": card.labels[0].code}) for name in names)
    card = card.model_copy(update={"labels": labels})
    targets = np.eye(8, dtype=bool)[[0, 1, 2]]
    recorded = Predictions(tuple(names), ("a", "b", "c"), ("a", "b", "c"), targets, targets * 1.0, targets * 1.0)
    html = confusion_tables.confusion_html(card, recorded)
    assert ">8 L7<" in html
    assert html.count("no cases") == 5 * 8


def test_the_decision_rule_is_that_of_the_task(card):
    assert confusion_tables.decision_rule(card).startswith("Prediction: the most probable label")
    independent = card.model_copy(update={"task": "multilabel"})
    assert confusion_tables.decision_rule(independent).startswith(
        "Predicted positive: at or above the card's threshold"
    )
