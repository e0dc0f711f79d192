"""Coverage of a model's own recorded predictions."""

import numpy as np
import pytest

from meddx.config import ROOT
from meddx.evaluate.predictions import read_predictions
from meddx.evaluate.recorded_coverage import below_target, recorded_coverage
from meddx.model.registry import find_model


def test_it_is_the_share_of_true_cases_whose_set_holds_the_label():
    model = find_model(ROOT / "models", "chest-efficientnet")
    found = recorded_coverage(model.folder, model.card)
    cases = read_predictions(model.folder / "predictions-test.parquet")
    for label in model.card.labels:
        column = cases.labels.index(label.name)
        true = cases.targets[:, column]
        held = np.mean(1 - cases.probabilities[true, column] <= label.conformal_quantile)
        assert found[label.name].value == pytest.approx(held)
        assert found[label.name].n == true.sum()
    assert below_target(found, model.card.calibration.coverage) == ("normal",)


def test_without_a_record_of_its_labels_nothing_was_measured(tmp_path):
    model = find_model(ROOT / "models", "chest-efficientnet")
    assert recorded_coverage(tmp_path, model.card) is None
    (tmp_path / "predictions-test.parquet").write_bytes(b"no table")
    assert recorded_coverage(tmp_path, model.card) is None
    other = find_model(ROOT / "models", "breastmnist-plain-cnn")
    assert recorded_coverage(other.folder, model.card) is None
