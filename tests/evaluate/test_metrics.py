import numpy as np
import pytest
from sklearn import metrics as sklearn

from meddx.evaluate.metrics import auroc, binary_metrics, measure, overall_metrics, two_sided_score
from meddx.evaluate.predictions import Predictions


def random_case(seed, exclusive, n=200):
    generator = np.random.default_rng(seed)
    p = np.round(generator.dirichlet([1, 1, 1], n), 2)  # rounded: ties must count half
    targets = np.eye(3, dtype=bool)[generator.integers(0, 3, n)]
    targets = targets if exclusive else generator.random((n, 3)) < 0.4
    return p, targets


@pytest.mark.parametrize("seed", range(3))
def test_exclusive_metrics_agree_with_scikit_learn(seed):
    p, targets = random_case(seed, exclusive=True)
    truth, called = targets.argmax(axis=1), p.argmax(axis=1)
    found = overall_metrics(p, targets, [0.5] * 3, exclusive=True)
    assert found["accuracy"] == pytest.approx(sklearn.accuracy_score(truth, called))
    assert found["recall"] == pytest.approx(sklearn.recall_score(truth, called, average="macro"))
    assert found["f1"] == pytest.approx(sklearn.f1_score(truth, called, average="macro"))
    assert found["auroc"] == pytest.approx(sklearn.roc_auc_score(targets, p, average="macro"))


@pytest.mark.parametrize("seed", range(3))
def test_metrics_of_several_labels_agree_with_scikit_learn(seed):
    p, targets = random_case(seed, exclusive=False)
    thresholds = [0.2, 0.3, 0.4]
    called = p >= thresholds
    found = overall_metrics(p, targets, thresholds, exclusive=False)
    assert found["accuracy"] == pytest.approx((called == targets).mean())
    assert found["f1"] == pytest.approx(sklearn.f1_score(targets, called, average="macro"))
    one = binary_metrics(p[:, 1], targets[:, 1], 0.3)
    assert one["precision"] == pytest.approx(sklearn.precision_score(targets[:, 1], called[:, 1]))
    assert one["specificity"] == pytest.approx(sklearn.recall_score(~targets[:, 1], ~called[:, 1]))
    assert one["auroc"] == pytest.approx(sklearn.roc_auc_score(targets[:, 1], p[:, 1]))


def test_area_by_hand():
    # Pairs (positive, negative): .8 > .4, .8 > .6, .6 > .4, .6 = .6 (half): 3.5 of 4.
    scores, positive = np.array([0.8, 0.6, 0.6, 0.4]), np.array([True, True, False, False])
    assert auroc(scores, positive) == 3.5 / 4


def test_what_is_undefined_is_not_a_number():
    assert np.isnan(auroc(np.array([0.1, 0.2]), np.array([True, True])))
    assert np.isnan(binary_metrics(np.array([0.1]), np.array([False]), 0.5)["precision"])


def recorded(groups):
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.2, 0.3, 0.5], [0.5, 0.4, 0.1]])
    targets = np.eye(3, dtype=bool)[[0, 1, 2, 1]]
    return Predictions(("a", "b", "c"), tuple("wxyz"), groups, targets, np.zeros((4, 3), np.float32), p)


def test_wilson_for_single_images_and_the_bootstrap_where_patients_repeat():
    single = measure(recorded(("1", "2", "3", "4")), [0.5] * 3, True, resamples=50)
    accuracy = single[0]
    assert (accuracy.metric, accuracy.interval.value, accuracy.n) == ("accuracy", 0.75, 4)
    assert accuracy.interval.method == "Wilson score"
    recall_of_b = next(m for m in single if m.label == "b" and m.metric == "recall")
    # One of the two true b lies at or above .5; Wilson of 1 of 2.
    assert (recall_of_b.interval.value, recall_of_b.interval.low) == (0.5, pytest.approx(0.0945, abs=1e-4))
    repeated = measure(recorded(("1", "1", "2", "3")), [0.5] * 3, True, resamples=50)
    assert all("over 3 patients" in m.interval.method for m in repeated)


def test_two_sides_of_a_question():
    subset, scores, truth = two_sided_score(recorded(("1", "2", "3", "4")), ["b"], ["c"])
    assert subset.cases == ("x", "y", "z")
    assert scores == pytest.approx([0.6 / 0.9, 0.3 / 0.8, 0.4 / 0.5])
    assert truth.tolist() == [True, False, True]
