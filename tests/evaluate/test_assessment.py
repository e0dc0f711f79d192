"""Every number against scikit-learn or by hand; what intervals hold is measured by studies/intervals.py."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sklearn

from meddx.evaluate.assessment import assess, threshold_free
from meddx.evaluate.delong import area, covariance
from meddx.evaluate.predictions import Predictions

LABELS = ("a", "b", "c")


def predictions(seed=0, n=300, exclusive=True, groups=None):
    generator = np.random.default_rng(seed)
    p = np.round(generator.dirichlet([1, 1, 1], n), 2)  # rounded: ties
    p /= p.sum(axis=1, keepdims=True)
    likely = (p.cumsum(axis=1) < generator.random((n, 1))).sum(axis=1)
    targets = np.eye(3, dtype=bool)[likely] if exclusive else generator.random((n, 3)) < p
    cases = tuple(map(str, range(n)))
    return Predictions(LABELS, cases, groups or cases, targets, np.zeros((n, 3), np.float32), p)


@pytest.mark.parametrize("exclusive", [True, False])
def test_each_label_agrees_with_scikit_learn(exclusive):
    cases = predictions(exclusive=exclusive)
    thresholds = (0.3, 0.4, 0.5)
    found = assess(cases, thresholds, exclusive)
    for column, label in enumerate(LABELS):
        y, p = cases.targets[:, column], cases.probabilities[:, column]
        called = p >= thresholds[column]
        expected = {
            "recall": sklearn.recall_score(y, called),
            "specificity": sklearn.recall_score(~y, ~called),
            "precision": sklearn.precision_score(y, called),
            "npv": sklearn.precision_score(~y, ~called),
            "accuracy": sklearn.accuracy_score(y, called),
            "balanced accuracy": sklearn.balanced_accuracy_score(y, called),
            "f1": sklearn.f1_score(y, called),
            "mcc": sklearn.matthews_corrcoef(y, called),
            "auroc": sklearn.roc_auc_score(y, p),
            "average precision": sklearn.average_precision_score(y, p),
            "brier": sklearn.brier_score_loss(y, p),
            "log loss": sklearn.log_loss(y, p),
        }
        numbers = found.per_label[label]
        assert {name: numbers[name].value for name in expected} == pytest.approx(expected, abs=1e-9)
        assert all(numbers[name].low < numbers[name].value < numbers[name].high for name in expected)
        assert {(number.n, number.positives) for number in numbers.values()} == {(300, int(y.sum()))}
        assert found.cells[label].tolist() == [
            [int((y & called).sum()), int((y & ~called).sum())],
            [int((~y & called).sum()), int((~y & ~called).sum())],
        ]


def test_all_exclusive_labels_agree_with_scikit_learn():
    cases = predictions()
    truth, called = cases.targets.argmax(axis=1), cases.probabilities.argmax(axis=1)
    y, p = cases.targets, cases.probabilities
    found = assess(cases, (0.5,) * 3, True, ordered=True)
    macro = {
        "accuracy": sklearn.accuracy_score(truth, called),
        "recall": sklearn.recall_score(truth, called, average="macro"),
        "precision": sklearn.precision_score(truth, called, average="macro"),
        "f1": sklearn.f1_score(truth, called, average="macro"),
        "auroc": sklearn.roc_auc_score(y, p, average="macro"),
        "average precision": sklearn.average_precision_score(y, p, average="macro"),
        "log loss": sklearn.log_loss(truth, p),
        "brier": ((p - y) ** 2).sum(axis=1).mean(),
        "quadratic kappa": sklearn.cohen_kappa_score(truth, called, weights="quadratic"),
    }
    assert {name: found.overall[name].value for name in macro} == pytest.approx(macro, abs=1e-9)
    micro = {
        "recall": sklearn.recall_score(truth, called, average="micro"),
        "auroc": sklearn.roc_auc_score(y, p, average="micro"),
        "average precision": sklearn.average_precision_score(y, p, average="micro"),
    }
    assert {name: found.micro[name].value for name in micro} == pytest.approx(micro, abs=1e-9)
    assert found.confusion.tolist() == sklearn.confusion_matrix(truth, called).tolist()


def test_the_average_of_independent_labels_is_that_of_scikit_learn():
    cases = predictions(exclusive=False)
    called = cases.probabilities >= 0.3
    found = assess(cases, (0.3,) * 3, False)
    assert found.confusion is None
    for average, numbers in (("macro", found.overall), ("micro", found.micro)):
        expected = sklearn.f1_score(cases.targets, called, average=average)
        assert numbers["f1"].value == pytest.approx(expected, abs=1e-9)


def test_calibration_error_by_hand():
    p = np.array([[0.6, 0.4], [0.4, 0.6], [0.9, 0.1], [0.1, 0.9]])
    targets = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], bool)
    cases = Predictions(("a", "b"), tuple("1234"), tuple("1234"), targets, np.zeros((4, 2), np.float32), p)
    # A bin a case. The two of .6, one right and one wrong, are told apart by nothing: .1 each; those of .9: .1 each.
    assert threshold_free(cases, True).overall["expected calibration error"].value == pytest.approx(0.1)


def test_the_interval_of_the_area_is_delongs_on_the_logit_scale():
    cases = predictions(seed=3, n=500)
    y, p = cases.targets[:, 0], cases.probabilities[:, 0]
    found = assess(cases, (0.5,) * 3, True).per_label["a"]["auroc"]
    one = area(p, y, cases.patients)
    error = covariance(one.shares, cases.patients) ** 0.5
    half = 1.96 * error / (one.value * (1 - one.value))
    expected = [1 / (1 + np.exp(-(np.log(one.value / (1 - one.value)) + side * half))) for side in (-1, 1)]
    assert [found.low, found.high] == pytest.approx(expected, rel=0.002)  # Student's t with hundreds of degrees


def test_images_of_one_patient_said_four_times_tell_no_more_than_once():
    once = predictions(n=120)
    four = once.subset(np.repeat(np.arange(120), 4))
    one, many = assess(once, (0.4,) * 3, True), assess(four, (0.4,) * 3, True)
    assert (many.n, many.patients) == (480, 120)
    for name in ("auroc", "f1", "brier", "average precision", "mcc"):
        before, after = one.per_label["b"][name], many.per_label["b"][name]
        assert after.value == pytest.approx(before.value)
        assert after.high - after.low == pytest.approx(before.high - before.low, rel=0.02)
    recall = many.per_label["b"]["recall"]
    assert recall.high - recall.low > 0.95 * (one.per_label["b"]["recall"].high - one.per_label["b"]["recall"].low)


def test_few_cases_are_not_to_be_relied_on_and_what_is_undefined_says_so():
    cases = predictions(n=20)
    targets = np.zeros((20, 3), bool)
    targets[:, 0] = True
    alone = assess(replace(cases, targets=targets), (0.5,) * 3, False)
    assert np.isnan(alone.per_label["a"]["auroc"].value)
    assert "needed" in alone.per_label["a"]["auroc"].reason
    assert np.isnan(alone.overall["auroc"].value)
    few = assess(cases, (0.5,) * 3, True)
    assert not any(number.reliable for number in few.per_label["a"].values())
    assert all(number.reason.endswith(".") for number in few.per_label["a"].values())


def test_a_moved_threshold_gives_what_a_fresh_start_gives():
    cases = predictions()
    known = threshold_free(cases, True)
    moved, fresh = assess(cases, (0.2,) * 3, True, known=known), assess(cases, (0.2,) * 3, True)
    assert moved.per_label == fresh.per_label
    assert moved.per_label["a"]["recall"] != assess(cases, (0.6,) * 3, True, known=known).per_label["a"]["recall"]


def test_perfect_answers_keep_an_interval():
    targets = np.eye(2, dtype=bool)[np.arange(60) % 2]
    names = tuple(map(str, range(60)))
    p = np.where(targets, 0.9, 0.1)
    cases = Predictions(("a", "b"), names, names, targets, np.zeros((60, 2), np.float32), p)
    found = assess(cases, (0.5, 0.5), True).per_label["a"]
    for name in ("auroc", "f1", "mcc", "recall", "average precision"):
        assert found[name].value == 1.0
        # Thirty of thirty right: Wilson's lower limit is 30 / (30 + 1.96 squared).
        assert found[name].low == pytest.approx(30 / (30 + 1.96**2) if name != "mcc" else 0.773, abs=1e-3)


@pytest.mark.parametrize("said", [0.2, 0.5, 0.9])
def test_no_number_without_width_is_called_reliable(said):
    # One score for every case: AUROC .5, and a balanced accuracy, that other cases would not give to all digits.
    names = tuple(map(str, range(100)))
    true = np.stack([np.arange(100) < 50, np.arange(100) >= 50], axis=1)
    p = np.full((100, 2), [said, 1 - said])
    found = assess(Predictions(("a", "b"), names, names, true, np.zeros((100, 2), np.float32), p), (0.5, 0.5), True)
    for numbers in (found.overall, found.micro, *found.per_label.values()):
        for name, number in numbers.items():
            assert not number.reliable or number.high > number.low, name
    area = found.per_label["a"]["auroc"]
    assert (area.value, area.reliable) == (0.5, False)
    assert "no width" in area.reason
