"""Probabilities, percent, logits, ratings and biomarkers."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.assessment import assess
from tests.evaluate.external_predictions.files import AUROC, CASES, ILL, NAMES, P, area, lines, read_text

LOGIT = np.log(P / (1 - P))
BINARY = ILL.astype(int)


def assessed(found):
    return assess(found.predictions, found.thresholds, found.exclusive)


def test_negative_scores_of_classes_are_logits_and_that_is_said(tmp_path):
    half = LOGIT / 2
    text = lines(("case", "label", "normal", "pneumonia"), lambda i: (CASES[i], NAMES[i], -half[i], half[i]))
    found = read_text(tmp_path, text)
    np.testing.assert_allclose(found.predictions.probabilities[:, 1], P, atol=1e-12)
    assert (found.exclusive, found.columns["scale"]) == (True, "logit")
    assert "logits" in found.notes[0]


def test_logits_beside_probabilities_are_kept(tmp_path):
    text = lines(("case", "true:x", "logit:x", "probability:x"), lambda i: (CASES[i], BINARY[i], 2 * LOGIT[i], P[i]))
    found = read_text(tmp_path, text)
    np.testing.assert_allclose(found.predictions.probabilities[:, 0], P)
    np.testing.assert_allclose(found.predictions.logits[:, 0], 2 * LOGIT, rtol=1e-6)


def test_logits_of_one_label_become_probabilities_by_the_sigmoid(tmp_path):
    text = lines(("case", "true:x", "logit:x"), lambda i: (CASES[i], BINARY[i], LOGIT[i]))
    np.testing.assert_allclose(read_text(tmp_path, text).predictions.probabilities[:, 0], P)


def test_logits_with_one_true_label_each_are_asked_about(tmp_path):
    text = lines(
        ("case", "true:a", "true:b", "logit:a", "logit:b"),
        lambda i: (CASES[i], BINARY[i], 1 - BINARY[i], LOGIT[i], 0),
    )
    with pytest.raises(Refused, match=r"--exclusive.*--independent"):
        read_text(tmp_path, text)
    together, alone = (read_text(tmp_path, text, exclusive=told) for told in (True, False))
    np.testing.assert_allclose(together.predictions.probabilities[:, 0], P)
    assert together.predictions.probabilities.sum(axis=1) == pytest.approx(1)
    assert alone.predictions.probabilities[:, 1].tolist() == [0.5] * len(P)


def test_percent_that_sums_to_a_hundred_is_percent_and_thresholds_are_too(tmp_path):
    text = lines(
        ("case", "label", "normal", "pneumonia", "threshold:pneumonia"),
        lambda i: (CASES[i], NAMES[i], f"{100 - 100 * P[i]:.2f}", f"{100 * P[i]:.2f}", 30),
    )
    found = read_text(tmp_path, text)
    np.testing.assert_allclose(found.predictions.probabilities[:, 1], P, atol=1e-9)
    assert found.thresholds == (0.5, 0.3)


def test_rounded_softmax_is_read_and_the_most_probable_is_called(tmp_path):
    p = np.round(np.random.default_rng(0).dirichlet((1, 1, 1), 60), 2)
    assert {round(total, 2) for total in p.sum(axis=1)} == {0.99, 1.0, 1.01}
    text = lines(("case", "label", "a", "b", "c"), lambda i: (CASES[i], "abc"[i % 3], *p[i]))
    found = read_text(tmp_path, text)
    assert found.exclusive
    assert np.array_equal(found.predictions.probabilities, p)
    right = (p.argmax(axis=1) == np.arange(60) % 3).mean()
    assert assessed(found).overall["accuracy"].value == pytest.approx(right)


def test_sums_that_rounding_does_not_explain_are_asked_about(tmp_path):
    text = lines(("case", "label", "normal", "pneumonia"), lambda i: (CASES[i], NAMES[i], 0.31, P[i]))
    with pytest.raises(Refused, match="--independent") as refused:
        read_text(tmp_path, text)
    assert refused.value.rule == "not-one"
    assert not read_text(tmp_path, text, exclusive=False).exclusive


@pytest.mark.parametrize(
    ("name", "scores"),
    [("rating", np.digitize(P, (0.2, 0.4, 0.6, 0.8)) + 1), ("lactate", P * 12), ("decision", P * 4 - 2)],
)
def test_ratings_and_biomarkers_rank_and_are_no_probabilities(tmp_path, name, scores):
    text = lines(("case", "label", name), lambda i: (CASES[i], BINARY[i], scores[i]))
    found = read_text(tmp_path, text)
    assert not found.predictions.are_probabilities
    label = found.predictions.labels[0]
    numbers = assessed(found).per_label[label]
    # The same ranks as a probability: the same area with the same interval.
    ranks = (scores - scores.min()) / (scores.max() - scores.min())
    same = assessed(read_text(tmp_path, lines(("case", "label", "x"), lambda i: (CASES[i], BINARY[i], ranks[i]))))
    for metric in ("auroc", "average precision"):
        told, expected = numbers[metric], same.per_label["x"][metric]
        assert (told.value, told.low, told.high) == pytest.approx((expected.value, expected.low, expected.high))
    for metric in ("brier", "log loss", "expected calibration error"):
        assert np.isnan(numbers[metric].value)
        assert "no probabilities" in numbers[metric].reason
    for metric in ("recall", "specificity", "accuracy", "mcc"):
        assert np.isnan(numbers[metric].value)
        assert "--threshold" in numbers[metric].reason


def test_a_biomarker_with_a_threshold_is_called_at_it(tmp_path):
    text = lines(("case", "label", "lactate"), lambda i: (CASES[i], BINARY[i], P[i] * 12))
    found = read_text(tmp_path, text, thresholds={"": 4.0})
    numbers = assessed(found).per_label["lactate"]
    assert numbers["recall"].value == pytest.approx((P[ILL] * 12 >= 4).mean())
    assert numbers["specificity"].value == pytest.approx((P[~ILL] * 12 < 4).mean())
    lower = read_text(tmp_path, text, thresholds={"lactate": 4.0}, reverse=True)
    assert area(lower, "lactate") == pytest.approx(1 - AUROC)
    assert assessed(lower).per_label["lactate"]["recall"].value == pytest.approx((P[ILL] * 12 <= 4).mean())


def test_a_biomarker_may_be_declared_a_probability_or_a_logit(tmp_path):
    text = lines(("case", "label", "x"), lambda i: (CASES[i], BINARY[i], LOGIT[i]))
    found = read_text(tmp_path, text, scale="logit")
    np.testing.assert_allclose(found.predictions.probabilities[:, 0], P)
    with pytest.raises(Refused, match="from 0 to 1"):
        read_text(tmp_path, text, scale="probability")
    text = lines(("case", "label", "x"), lambda i: (CASES[i], BINARY[i], P[i]))
    assert not read_text(tmp_path, text, scale="score").predictions.are_probabilities


@pytest.mark.parametrize("column", ["pneumonia", "probability:pneumonia"])
def test_one_number_out_of_range_is_a_fault_not_another_scale(tmp_path, column):
    text = lines(("case", "label", column), lambda i: (CASES[i], NAMES[i], 7.5 if i == 9 else P[i]))
    with pytest.raises(Refused, match=rf"Row 10, column '{column}'.*1 of 60 rows"):
        read_text(tmp_path, text)


def test_numbers_called_probabilities_are_held_to_it(tmp_path):
    text = lines(("case", "label", "prob_pneumonia"), lambda i: (CASES[i], NAMES[i], 100 * P[i]))
    with pytest.raises(Refused, match="--scale percent"):
        read_text(tmp_path, text)
    np.testing.assert_allclose(read_text(tmp_path, text, scale="percent").predictions.probabilities[:, 0], P)


def test_float32_arithmetic_may_end_just_outside(tmp_path):
    text = lines(("case", "label", "pneumonia"), lambda i: (CASES[i], NAMES[i], 1.0000001 if i == 0 else P[i]))
    assert read_text(tmp_path, text).predictions.probabilities.max() == 1


def test_two_values_are_said_to_be_calls(tmp_path):
    text = lines(("case", "label", "score"), lambda i: (CASES[i], BINARY[i], int(P[i] > 0.5)))
    assert "two values" in read_text(tmp_path, text).notes[0]
