"""Recorded predictions of a model folder, only where they are of its labels."""

import os

import numpy as np
import pytest

from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.model.registry import list_models
from pages.ui.evaluate.recorded_predictions_source import recorded_evaluation
from tests.untrained import LABELS, write_model


@pytest.mark.parametrize(("last", "usable"), [("NODULE", True), ("OTHER", False)])
def test_only_predictions_of_the_cards_labels_are_used(tmp_path, last, usable):
    folder = write_model(tmp_path, "small")
    p = np.full((3, 3), 1 / 3)
    labels, names = ("NORMAL", "EFFUSION", last), tuple("abc")
    recorded = Predictions(labels, names, names, np.eye(3, dtype=bool), np.log(p).astype(np.float32), p)
    write_predictions(folder / "predictions-validation.parquet", recorded)
    [model] = list_models(tmp_path).models
    system = recorded_evaluation(model, "validation")
    assert (system is not None) == usable
    assert recorded_evaluation(model, "test") is None
    if system is not None:
        assert (system.cases, system.chosen_on) == ("recorded validation images", True)


def test_a_corrected_file_and_a_new_card_give_new_numbers(tmp_path):
    folder = write_model(tmp_path, "small")
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]])
    path, names = folder / "predictions-test.parquet", tuple("abc")

    def written(probabilities):
        logits = np.zeros((3, 3), np.float32)
        write_predictions(path, Predictions(LABELS, names, names, np.eye(3, dtype=bool), logits, probabilities))
        os.utime(path, ns=(1, 1))  # as copied with its time
        [model] = list_models(tmp_path).models
        return recorded_evaluation(model, "test")

    first, same, corrected = written(p), written(p), written(p[::-1])
    assert first.key == same.key != corrected.key
    assert corrected.predictions.probabilities.tolist() == p[::-1].tolist()
    card = folder / "card.toml"
    card.write_text(card.read_text().replace("threshold = 0.5", "threshold = 0.4"))
    assert written(p[::-1]).key != corrected.key
