"""Which predictions belong to a card, and its thresholds in their order."""

import numpy as np

from meddx.evaluate.predictions import Predictions
from pages.ui.evaluate.evaluated_system import is_of_model, no_images


def predictions(labels, n=2):
    names, shape = tuple("ab"[:n]), (n, len(labels))
    return Predictions(
        tuple(labels), names, names, np.zeros(shape, bool), np.zeros(shape, np.float32), np.full(shape, 0.5)
    )


def test_the_order_of_labels_does_not_matter_but_their_names_do(card):
    assert is_of_model(card, predictions(["NODULE", "NORMAL", "EFFUSION"]))
    assert not is_of_model(card, predictions(["NODULE", "NORMAL", "OTHER"]))
    assert not is_of_model(card, predictions(["NODULE", "NORMAL", "EFFUSION"], 0))


def test_thresholds_follow_the_order_asked_for(card):
    labels = tuple(one.model_copy(update={"threshold": 0.1 * at}) for at, one in enumerate(card.labels, start=1))
    names = tuple(one.name for one in reversed(labels))
    assert card.model_copy(update={"labels": labels}).thresholds(names) == tuple(
        one.threshold for one in reversed(labels)
    )


def test_a_source_without_images_refuses_them():
    assert no_images("case").rule == "no-images"
