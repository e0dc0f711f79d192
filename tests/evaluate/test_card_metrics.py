"""What a card states: the assessment's numbers and intervals, and comparisons of two sides."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import metrics as sklearn

from meddx.evaluate.assessment import assess
from meddx.evaluate.card_metrics import as_estimate, measure, measure_comparison, stated, two_sided
from meddx.evaluate.predictions import Predictions

B_OR_C = SimpleNamespace(name="b against c", positive=("b",), negative=("c",))


def recorded(groups=("1", "2", "3", "4")):
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.2, 0.3, 0.5], [0.5, 0.4, 0.1]])
    targets = np.eye(3, dtype=bool)[[0, 1, 2, 1]]
    return Predictions(("a", "b", "c"), tuple("wxyz"), groups, targets, np.zeros((4, 3), np.float32), p)


def drawn(seed, n=200):
    generator = np.random.default_rng(seed)
    p = np.round(generator.dirichlet([1, 1, 1], n), 2)  # rounded: ties must count half
    targets = np.eye(3, dtype=bool)[generator.integers(0, 3, n)]
    cases = tuple(map(str, range(n)))
    return Predictions(("a", "b", "c"), cases, cases, targets, np.zeros((n, 3), np.float32), p)


def test_the_intervals_are_those_of_the_assessment():
    cases = drawn(0)
    found = assess(cases, [0.5] * 3, True)
    measured = measure(cases, [0.5] * 3, True)
    assert {one.label for one in measured} == {None, "a", "b", "c"}
    for one in measured:
        assert one.estimate == (found.overall if one.label is None else found.per_label[one.label])[one.metric]


def test_repeated_patients_are_named_beside_the_method():
    single = {(one.metric, one.label): one.interval for one in measure(recorded(), [0.5] * 3, True)}
    repeated = {
        (one.metric, one.label): one.interval for one in measure(recorded(("1", "1", "2", "3")), [0.5] * 3, True)
    }
    assert single["recall", "b"] == "Wilson score"
    assert repeated["recall", "b"] == "Wilson score over 2 patients"  # those with an image that has the label
    assert repeated["auroc", "a"].endswith("over 3 patients")
    assert repeated["auroc", "a"].count("patients") == 1


def test_two_sides_of_a_question():
    sides = two_sided(recorded(), B_OR_C)
    assert (sides.labels, sides.cases) == (("b against c",), ("x", "y", "z"))
    assert sides.probabilities[:, 0] == pytest.approx([0.6 / 0.9, 0.3 / 0.8, 0.4 / 0.5])
    assert sides.targets[:, 0].tolist() == [True, False, True]
    assert 1 / (1 + np.exp(-sides.logits)) == pytest.approx(sides.probabilities)


def test_a_comparison_agrees_with_scikit_learn_at_the_threshold_of_other_cases():
    chosen_by, cases = drawn(1), drawn(2)
    found = {one.metric: one.estimate.value for one in measure_comparison(B_OR_C, chosen_by, cases)}

    def of(predictions):
        rows = ~predictions.targets[:, 0]
        p = predictions.probabilities[rows]
        return p[:, 1] / (p[:, 1] + p[:, 2]), predictions.targets[rows, 1]

    scores, true = of(chosen_by)
    false, hits, thresholds = sklearn.roc_curve(true, scores, drop_intermediate=False)
    best = thresholds[np.argmax(hits - false)]
    middle = (best + thresholds[thresholds < best].max()) / 2  # of the gap
    scores, true = of(cases)
    assert found["auroc"] == pytest.approx(sklearn.roc_auc_score(true, scores))
    assert found["recall"] == pytest.approx(sklearn.recall_score(true, scores >= middle))


def test_a_number_without_an_interval_is_stated_without_one_and_says_why():
    p = np.array([[0.9, 0.1]] * 12)
    cases = tuple(map(str, range(12)))
    never = Predictions(("a", "b"), cases, cases, np.eye(2, dtype=bool)[[0, 1] * 6], np.zeros((12, 2), np.float32), p)
    card = {(one.name, one.label): one for one in stated(measure(never, [0.5, 0.5], False), "test")}
    assert ("precision", "b") not in card  # nothing is called: not defined
    f1 = card["f1", "b"]
    assert (f1.value, f1.low, f1.high) == (0.0, None, None)
    assert "no interval" in (f1.reason or "")
    assert np.isnan(as_estimate(f1).low)
    assert not as_estimate(f1).reliable
