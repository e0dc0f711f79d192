"""Recorded predictions of a model folder, only where they are of its labels."""

import numpy as np
import pytest

from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.model.registry import list_models
from pages.ui.evaluate.recorded_predictions_source import recorded_evaluation
from tests.untrained import write_model


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
