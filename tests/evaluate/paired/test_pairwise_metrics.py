"""Every metric of a pair against scikit-learn, the assessment of one system, and slow resampling."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, log_loss, matthews_corrcoef

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.calibration import expected_calibration_error
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.paired import weighted_metrics
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.paired_calibration import _errors, calibration_difference
from meddx.evaluate.paired.pairwise_metrics import Pair
from meddx.evaluate.paired.resamples import Resamples
from meddx.evaluate.paired.weighted_metrics import LabelScores, resample_weights
from tests.evaluate.paired.systems import system

N = 124


def both(exclusive=True, per_patient=1, seed=0):
    """Two systems of three labels that know something."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, N)
    targets = np.eye(3, dtype=bool)[truth] if exclusive else generator.random((N, 3)) < 0.4
    made = []
    for name in ("one", "other"):
        logits = 1.5 * targets + generator.normal(size=(N, 3))
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True) if exclusive else 1 / (1 + np.exp(1 - logits))
        groups = [f"p{row // per_patient}" for row in range(N)]
        made.append(system(name, p, targets, thresholds=(0.3, 0.4, 0.5), exclusive=exclusive, groups=groups))
    return align(made)


@pytest.mark.parametrize("exclusive", [True, False])
def test_values_are_those_of_the_assessment_of_one_system(exclusive):
    aligned = both(exclusive)
    found = compare(aligned, resamples=20)
    for at, name in enumerate(("first", "second")):
        one = aligned.systems[at]
        assessed = assess(one.predictions, one.thresholds, one.exclusive)
        for label, numbers in ((None, assessed.overall), *assessed.per_label.items()):
            for metric, difference in found.of("one", "other", label).items():
                if metric in numbers:
                    assert getattr(difference, name) == pytest.approx(numbers[metric].value), (label, metric)


def test_values_are_those_of_scikit_learn():
    aligned = both()
    found = compare(aligned, resamples=20).of("one", "other", "B")
    one = aligned.systems[0].predictions
    p, true = one.probabilities[:, 1], one.targets[:, 1]
    assert found["f1"].first == pytest.approx(f1_score(true, p >= 0.4))
    assert found["mcc"].first == pytest.approx(matthews_corrcoef(true, p >= 0.4))
    assert found["average precision"].first == pytest.approx(average_precision_score(true, p))
    assert found["log loss"].first == pytest.approx(log_loss(true, p))
    assert found["brier"].first == pytest.approx(np.mean((p - true) ** 2))


def recalibrated(labels, exclusive, network=("n", "n"), temperatures=(1.0, 2.5)):
    """One network at two temperatures; the cases are few, so that an interval from them alone would be wide."""
    generator = np.random.default_rng(4)
    targets = np.eye(labels, dtype=bool)[np.arange(60) % labels]
    z = 1.5 * targets + generator.normal(size=(60, labels))
    made = []
    for name, t, of in zip(("one", "other"), temperatures, network, strict=True):
        p = np.exp(z / t) / np.exp(z / t).sum(1, keepdims=True) if exclusive else 1 / (1 + np.exp(-z / t))
        one = system(name, p, targets, thresholds=(0.3,) * labels, exclusive=exclusive)
        made.append(replace(one, network=of, ranks_by_logit=not exclusive or labels == 2))
    return compare(align(made), resamples=20)


RANKED = ("auroc", "average precision", "sensitivity at specificity 0.9")


@pytest.mark.parametrize(("labels", "exclusive"), [(2, True), (3, False)])
def test_a_network_calibrated_anew_ranks_every_case_alike_and_nothing_is_tested(labels, exclusive):
    found = recalibrated(labels, exclusive)
    ranked = [one for one in found.differences if "specificity 0" in one.metric or one.metric in RANKED[:2]]
    assert len(ranked) == 3 * labels + 2
    for one in ranked:
        assert (one.difference, one.low, one.high, one.same_network) == (0, 0, 0, True)
        assert np.isnan(one.p)
    answers = found.of("one", "other")["accuracy"]
    assert answers.same_network == exclusive  # the most probable label stays, and what passes a threshold does not
    for metric in ("brier", "log loss"):
        assert found.of("one", "other")[metric].difference != 0
        assert not found.of("one", "other")[metric].same_network
    assert not found.of("one", "other", "B")["recall"].same_network  # its threshold means another score now


def test_alike_on_few_cases_is_not_alike_on_any():
    other = recalibrated(2, True, network=("n", "m")).of("one", "other", "B")["auroc"]
    assert (other.difference, other.same_network) == (0, False)
    assert other.high > 0.05
    unknown = recalibrated(2, True, network=(None, None)).of("one", "other", "B")["auroc"]
    assert not unknown.same_network


def test_a_temperature_may_reorder_one_of_three_exclusive_labels():
    found = recalibrated(3, True)
    assert not found.of("one", "other", "B")["auroc"].same_network
    assert found.of("one", "other")["accuracy"].same_network


def error_by_hand(predictions, exclusive):
    """Fifteen bins of the cases in order of confidence: of the label called, or of every label."""
    p, true = predictions.probabilities, predictions.targets
    if exclusive:
        rows, best = np.arange(len(p)), p.argmax(axis=1)
        p, true = p[rows, best], true[rows, best]
    order = np.argsort(p.ravel())
    gaps = np.array_split((p.ravel() - true.ravel())[order], 15)
    return sum(abs(gap.sum()) for gap in gaps) / len(order)


def test_calibration_error_is_that_of_one_system():
    for exclusive in (True, False):
        aligned = both(exclusive)
        found = compare(aligned, resamples=20).of("one", "other")["expected calibration error"]
        expected = [error_by_hand(one.predictions, exclusive) for one in aligned.systems]
        assert (found.first, found.second) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("metric", ["f1", "average precision", "precision"])
def test_weights_are_repeated_cases(metric):
    aligned = both(per_patient=2)
    one = aligned.systems[0]
    weights = resample_weights(one.predictions.patients, 5)
    assert weights.sum(axis=1) == pytest.approx(N)
    asked = LabelScores(one.predictions.probabilities[:, 0], one.calls[:, 0], one.predictions.targets[:, 0])
    of_resamples = metric_registry.row(metric).resampled
    found = of_resamples(asked, weights)
    for value, row in zip(found, weights, strict=True):
        cases = np.repeat(np.arange(N), row.astype(int))
        again = LabelScores(asked.scores[cases], asked.called[cases], asked.positive[cases])
        assert value == pytest.approx(of_resamples(again, np.ones((1, N)))[0])


def test_whole_patients_are_drawn():
    patients = np.repeat(np.arange(10), 4)
    weights = resample_weights(patients, 50).reshape(50, 10, 4)
    assert (weights == weights[:, :, :1]).all()


def test_sensitivity_at_matched_specificity_by_hand():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    positive = np.array([True, False, True, True, False, False, False])
    asked = LabelScores(scores, positive, positive)
    once = np.ones((1, 7))
    assert weighted_metrics.sensitivity_at(asked, once, 1.0)[0] == pytest.approx(1 / 3)
    assert weighted_metrics.sensitivity_at(asked, once, 0.75)[0] == pytest.approx(1.0)


def test_swapping_the_systems_turns_the_sign():
    aligned = both(per_patient=3)
    resamples = Resamples(aligned.systems[0].predictions.patients, 200)
    one, other = aligned.systems
    forth, back = Pair(one, other, resamples), Pair(other, one, resamples)
    for a, b in zip(forth.overall() + forth.of_label(0), back.overall() + back.of_label(0), strict=True):
        assert (a.difference, a.low, a.high, a.p) == pytest.approx((-b.difference, -b.high, -b.low, b.p)), a.metric


def test_three_systems_are_corrected_by_holm():
    aligned = both()
    first = aligned.systems[0].predictions
    third = system("third", np.flip(first.probabilities, 0), first.targets)  # not exclusive: compared label by label
    found = compare(align([*aligned.systems, third]), resamples=50)
    family = [one for one in found.differences if (one.metric, one.label) == ("auroc", "A")]
    assert len(family) == 3
    smallest = min(family, key=lambda one: one.p)
    assert smallest.p_adjusted == pytest.approx(min(1, 3 * smallest.p))


def test_a_reader_has_no_curve():
    aligned = both()
    called = np.eye(3)[aligned.systems[0].predictions.probabilities.argmax(1)]
    reader = system("reader", called, aligned.systems[0].predictions.targets, exclusive=True, scored=False)
    found = compare(align([aligned.systems[1], reader]), resamples=50)
    metrics = {one.metric for one in found.differences}
    assert {"accuracy", "recall", "f1"} <= metrics
    assert not metrics & {"auroc", "brier", "log loss", "average precision", "expected calibration error"}


def test_calibration_of_many_rows_is_that_of_each():
    generator = np.random.default_rng(0)
    p, right = generator.random((4, 37)), generator.random((4, 37)) < 0.5
    for digits in (17, 2, 1, 0):  # fewer digits: more ties
        said = np.round(p, digits)
        expected = [expected_calibration_error(RankedScores(*of)) for of in zip(said, right, strict=True)]
        assert _errors(said, right).tolist() == pytest.approx(expected)
        order = generator.permutation(37)
        assert _errors(said[:, order], right[:, order]).tolist() == pytest.approx(expected)


def test_a_system_that_overstates_is_worse_calibrated():
    generator = np.random.default_rng(0)
    p = generator.uniform(0.05, 0.95, 600)
    true = generator.random(600) < p
    extreme = np.where(p > 0.5, 0.99, 0.01)
    found = calibration_difference((extreme, p), (true, true), np.arange(600) // 2, swaps=200)
    assert found.first > found.second
    assert found.p < 0.001
    assert found.test == "patients swapped, 200 times"
    same = calibration_difference((p, p), (true, true), np.arange(600), swaps=50)
    assert same.p == 1.0
    assert np.isnan([same.low, same.high]).all()  # two alike on these cases are not alike on all
