"""A model asked about a set, some images of which cannot be read."""

from functools import partial

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.batched_inference import BatchAnswers, model_outputs
from meddx.evaluate.label_grouping import LEFT_OUT, group_labels
from meddx.evaluate.predict_set import predict_set
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.array_image import image_from_array
from meddx.model.card import read_card
from meddx.types import Refusal


class Case(LabelledCase):
    def image(self):
        if self.id == "broken":
            raise Refused("broken", "It is broken.")
        return image_from_array(np.full((40, 30), 100, np.uint8))


@pytest.fixture(scope="module")
def grouping(untrained_models):
    """NORMAL against EFFUSION or NODULE."""
    card = read_card(untrained_models / "untrained" / "card.toml")
    return group_labels(card, {"well": ["NORMAL"], "ill": ["EFFUSION", "NODULE"], "unclear": []})


def images(tmp_path, grouping, **cases):
    found = tuple(
        Case(name, tmp_path / name, "p1", (grouping.names[name_of_class],), sex="F" if name == "a" else None)
        for name, name_of_class in cases.items()
    )
    return LabelledSet((*grouping.labels, LEFT_OUT), found)


@pytest.fixture(scope="module")
def outputs(grouping):
    """Of a model that tells no label from another."""

    def even(inputs, cases):
        return BatchAnswers(np.zeros((len(inputs), 3), np.float32), np.full(len(inputs), np.nan))

    return partial(model_outputs, even, grouping.card)


def test_what_was_measured_is_recorded_and_the_rest_is_counted(tmp_path, grouping, outputs):
    progress = []
    asked = images(tmp_path, grouping, a="ill", left="unclear", broken="well", b="well")
    found = predict_set(outputs, grouping, asked, progress.append)
    assert found.refused == {"broken": Refusal("broken", "It is broken.")}
    assert (found.predictions.cases, found.predictions.groups) == (("a", "b"), ("p1", "p1"))
    assert found.predictions.labels == ("NORMAL", "EFFUSION or NODULE")
    assert found.predictions.targets.tolist() == [[False, True], [True, False]]
    assert found.predictions.probabilities == pytest.approx(np.array([[1 / 3, 2 / 3]] * 2))
    assert found.predictions.attributes == {"sex": ("F", None)}
    assert progress[-1] == 3


@pytest.mark.parametrize(("cases", "why"), [({"broken": "ill"}, "It is broken"), ({"left": "unclear"}, "It has none")])
def test_a_set_of_which_nothing_can_be_measured_is_refused_with_the_reason(tmp_path, grouping, outputs, cases, why):
    with pytest.raises(Refused, match=why) as refused:
        predict_set(outputs, grouping, images(tmp_path, grouping, **cases))
    assert refused.value.rule == "no-image-read"
