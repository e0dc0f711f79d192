import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.label_grouping import LEFT_OUT, group_labels
from meddx.model.card import read_card

LOGITS = np.random.default_rng(0).normal(0, 3, (50, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def card(untrained_models):
    """Labels NORMAL, EFFUSION, NODULE; temperature 1.5."""
    return read_card(untrained_models / "untrained" / "card.toml")


def softmax(logits, temperature):
    powers = np.exp(logits.astype(np.float64) / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def test_labels_of_the_same_classes_stay_as_they_are(card):
    grouping = group_labels(card, {"healthy": ["NORMAL"], "EFFUSION": ["EFFUSION"]})
    assert grouping.labels == ("NORMAL", "EFFUSION", "NODULE")
    assert grouping.names == {"healthy": "NORMAL", "EFFUSION": "EFFUSION"}
    assert not grouping.merges
    np.testing.assert_array_equal(grouping.logits(LOGITS), LOGITS)
    np.testing.assert_allclose(grouping.probabilities(LOGITS), softmax(LOGITS, 1.5), rtol=1e-12)


def test_probabilities_of_merged_labels_add_and_so_do_their_logits(card):
    grouping = group_labels(card, {"ill": ["NODULE", "EFFUSION"], "fine": ["NORMAL"], "sick": ["EFFUSION", "NODULE"]})
    assert grouping.labels == ("NORMAL", "EFFUSION or NODULE")
    assert grouping.names == {"ill": "EFFUSION or NODULE", "fine": "NORMAL", "sick": "EFFUSION or NODULE"}
    assert grouping.merges
    single = softmax(LOGITS, 1.5)
    expected = np.stack([single[:, 0], single[:, 1] + single[:, 2]], axis=1)
    np.testing.assert_allclose(grouping.probabilities(LOGITS), expected, rtol=1e-12)
    np.testing.assert_allclose(softmax(grouping.logits(LOGITS), 1.5), expected, rtol=1e-5)


def test_classes_may_be_left_out(card):
    grouping = group_labels(card, {"NORMAL": ["NORMAL"], "unclear": []})
    assert grouping.names == {"NORMAL": "NORMAL", "unclear": LEFT_OUT}
    assert grouping.labels == ("NORMAL", "EFFUSION", "NODULE")


@pytest.mark.parametrize(
    ("classes", "rule"),
    [
        ({"a": ["NORMAL"], "b": ["NORMAL", "NODULE"]}, "shared-label"),
        ({"a": ["FRACTURE"]}, "unknown-label"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(card, classes, rule):
    with pytest.raises(Refused) as refused:
        group_labels(card, classes)
    assert refused.value.rule == rule


def test_independent_labels_do_not_add(card):
    with pytest.raises(Refused, match="cannot make one class"):
        group_labels(card.model_copy(update={"task": "multilabel"}), {"ill": ["NODULE", "EFFUSION"]})


def test_a_class_of_several_labels_has_no_threshold_of_the_card_and_the_others_keep_theirs(card):
    labels = tuple(label.model_copy(update={"threshold": 0.25}) for label in card.labels)
    own = card.model_copy(update={"labels": labels})
    assert group_labels(own, {}).thresholds == (0.25, 0.25, 0.25)
    merged = group_labels(own, {"ill": ["NODULE", "EFFUSION"]})
    assert merged.thresholds == (0.25, 0.5)
    assert "no threshold of its own" in merged.threshold_origin
