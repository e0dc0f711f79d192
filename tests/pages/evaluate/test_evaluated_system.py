"""Which predictions belong to a card, and its thresholds in their order."""

from dataclasses import replace

import numpy as np
import pytest

from meddx.evaluate.predictions import Predictions
from pages.ui.common.language.language import drawn_in
from pages.ui.evaluate.evaluated_system import is_of_model, no_images
from tests.pages.evaluate.states import state


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


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("", "儿童肺炎，普通 CNN"),
        ("Own images: ", "自有图像：儿童肺炎，普通 CNN"),
        ("Healthy: ", "Healthy：儿童肺炎，普通 CNN"),
        ("Ward 3: no images to show: ", "Ward 3: no images to show：儿童肺炎，普通 CNN"),
    ],
)
def test_the_name_of_a_data_set_stays_before_a_title_in_the_reader_s_language(card, name, heading):
    titled = card.model_copy(update={"title": "Childhood pneumonia, plain CNN"})
    with drawn_in("zh_CN"):
        assert replace(state().subject, title=f"{name}{titled.title}", card=titled).heading == heading
