import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meddx.model import postprocessing
from meddx.model.registry import installed_card
from tests.untrained import label, write_bare_model, write_model


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return installed_card(write_model(tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def multilabel(tmp_path_factory):
    return installed_card(write_model(tmp_path_factory.mktemp("models"), task="multilabel"))


def with_labels(card, *labels):
    return card.model_validate(card.model_dump() | {"labels": labels})


def test_temperature_divides_the_logits_before_the_softmax(card):
    # temperature 1.5: powers of 2 after dividing, so p is 4 : 2 : 1
    logits = 1.5 * np.log([4.0, 2.0, 1.0])
    np.testing.assert_allclose(postprocessing.probabilities(logits, card), [4 / 7, 2 / 7, 1 / 7], rtol=1e-12)


def test_temperature_divides_the_logits_before_the_sigmoid(multilabel):
    logits = 1.5 * np.log([3.0, 1.0, 1 / 3])
    np.testing.assert_allclose(postprocessing.probabilities(logits, multilabel), [0.75, 0.5, 0.25], rtol=1e-12)


@given(st.lists(st.floats(-1e30, 1e30), min_size=3, max_size=3))
def test_no_logit_gives_something_that_is_no_probability(card, multilabel, logits):
    exclusive = postprocessing.probabilities(np.array(logits, np.float32), card)
    assert np.isclose(exclusive.sum(), 1)
    for probability in (exclusive, postprocessing.probabilities(np.array(logits, np.float32), multilabel)):
        assert ((probability >= 0) & (probability <= 1)).all()


def test_a_label_at_its_threshold_is_a_finding(card):
    card = with_labels(card, label("NORMAL", 0.5), label("EFFUSION", 0.3), label("NODULE", 0.2))
    assert postprocessing.findings(np.array([0.5, 0.29, 0.21]), card) == ("NORMAL", "NODULE")


def test_the_prediction_set_holds_what_each_labels_own_quantile_lets_in(card):
    card = with_labels(
        card, label("NORMAL", quantile=0.5), label("EFFUSION", quantile=0.75), label("NODULE", quantile=0.6)
    )
    assert postprocessing.prediction_set(np.array([0.5, 0.25, 0.25]), card) == ("NORMAL", "EFFUSION")
    assert postprocessing.prediction_set(np.array([0.4, 0.2, 0.39]), card) == ()


def test_what_is_not_known_is_not_answered(tmp_path):
    card = installed_card(write_bare_model(tmp_path))
    logits = np.log([4.0, 2.0, 1.0])
    np.testing.assert_allclose(postprocessing.probabilities(logits, card), [4 / 7, 2 / 7, 1 / 7])  # no temperature
    assert postprocessing.findings(np.array([1.0, 0.0, 0.0]), card) == ()
    assert postprocessing.prediction_set(np.array([1.0, 0.0, 0.0]), card) is None
