import math

import numpy as np
import pytest
from sklearn.metrics import log_loss

from meddx.evaluate.assessment import assess
from meddx.evaluate.calibration import (
    cross_entropy,
    expected_calibration_error,
    fit_temperature,
    mass_bins,
    negative_log_likelihood,
)
from meddx.evaluate.calibration_interval import calibration_interval
from meddx.evaluate.curves import calibration_curve
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.predictions import Predictions


def test_temperature_by_hand():
    # Logit difference 2 in all four, right in three: the best p is 3/4, so 2 / T = ln 3.
    logits = np.array([[2.0, 0.0]] * 4)
    targets = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], bool)
    assert fit_temperature(logits, targets, exclusive=True) == pytest.approx(2 / math.log(3), rel=1e-4)


def test_temperature_of_several_labels_by_hand():
    # Label 1 as above with one logit; label 2 mirrors it. Binary cross-entropy: 2 / T = ln 3 again.
    logits = np.array([[2.0, -2.0]] * 4)
    targets = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], bool)
    assert fit_temperature(logits, targets, exclusive=False) == pytest.approx(2 / math.log(3), rel=1e-4)


def test_cross_entropy_by_hand():
    logits = np.array([[0.0, math.log(3.0)]])
    assert negative_log_likelihood(logits, np.array([[False, True]]), exclusive=True) == pytest.approx(math.log(4 / 3))
    expected = (math.log(2) + math.log(4 / 3)) / 2
    assert negative_log_likelihood(logits, np.array([[False, True]]), exclusive=False) == pytest.approx(expected)


def test_cross_entropy_of_certain_and_wrong_is_finite():
    assert negative_log_likelihood(np.array([[1e4, 0.0]]), np.array([[False, True]]), exclusive=True) == 1e4


def test_calibration_error_of_two_bins_by_hand():
    # Bins of two: confidence .6 against accuracy .5, and .9 against 1; each half of the cases.
    ranked = RankedScores(np.array([0.6, 0.6, 0.9, 0.9]), np.array([True, False, True, True]))
    assert expected_calibration_error(ranked, bins=2) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def assessed(p, targets, exclusive):
    cases = tuple(map(str, range(len(p))))
    labels = tuple("abc"[: len(p[0])])
    p, targets = np.array(p), np.array(targets, bool)
    found = assess(Predictions(labels, cases, cases, targets, p.astype(np.float32), p), [0.5] * len(labels), exclusive)
    return found.overall["expected calibration error"].value


def test_over_exclusive_labels_it_is_that_of_the_label_called():
    # Four bins of one case: .6 right, .6 wrong (one score, shared out: .6 against .5), .9 right twice.
    p = [[0.6, 0.4], [0.6, 0.4], [0.9, 0.1], [0.1, 0.9]]
    assert assessed(p, [[1, 0], [0, 1], [1, 0], [0, 1]], exclusive=True) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def test_over_several_labels_every_label_counts():
    found = assessed([[0.2, 0.2], [0.8, 0.8]], [[0, 1], [1, 1]], exclusive=False)
    assert found == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)


def test_tied_scores_share_a_bin_whatever_the_order_of_the_cases():
    # One score for all, half of them ill: one bin, no gap; the share ill is .5 (Wilson .4438 to .5562, n 300).
    ill = np.repeat([False, True], 150)
    for order in (np.arange(300), np.random.default_rng(0).permutation(300)):
        ranked = RankedScores(np.full(300, 0.5), ill[order])
        found = calibration_interval(ranked, np.arange(300))
        assert (found.value, found.low, found.high) == (0, 0, pytest.approx(0.0562, abs=1e-4))
        bins = calibration_curve(ranked.scores, ranked.positive)
        assert (bins.confidence.tolist(), bins.observed.tolist(), bins.n.tolist()) == ([0.5], [0.5], [300])
        assert (bins.observed_low[0], bins.observed_high[0]) == pytest.approx((0.4438, 0.5562), abs=1e-4)


def test_the_diagram_and_the_error_have_the_same_bins():
    generator = np.random.default_rng(1)
    for levels in (2, 7, 40, 10**9):
        scores = generator.integers(0, levels, 211) / levels
        ill = generator.random(211) < scores
        order = generator.permutation(211)
        bins, again = calibration_curve(scores, ill), calibration_curve(scores[order], ill[order])
        sizes, promised, came = mass_bins(RankedScores(scores, ill))
        assert bins.n.tolist() == again.n.tolist() == sizes.tolist()
        assert bins.confidence * bins.n == pytest.approx(promised)
        assert (bins.observed * bins.n).tolist() == pytest.approx(came)
        assert again.observed.tolist() == pytest.approx(bins.observed.tolist())
        assert (bins.high[:-1] < bins.low[1:]).all()
    assert calibration_curve(np.arange(100) / 100, np.ones(100, bool)).n.tolist() == [7] * 10 + [6] * 5


def test_rounding_never_turns_the_interval_upside_down():
    # The mean of a bin of nearly 1 exceeds 1 by rounding: tenths added up, and numbers next to 1.
    generator = np.random.default_rng(2)
    for scores in (np.full(300, 1.0), np.nextafter(np.ones(300), 0), 1 - generator.random(300) * 1e-16, np.zeros(300)):
        for wrong in (0, 1, 40):
            ill = (scores > 0.5) ^ (np.arange(300) < wrong)
            found = calibration_interval(RankedScores(scores, ill), np.arange(300))
            assert 0 <= found.low <= found.value <= found.high <= 1, (scores[0], wrong)
            assert found.high > found.low


def test_an_interval_is_never_upside_down_or_without_width():
    generator = np.random.default_rng(3)
    for _ in range(300):
        n = int(generator.integers(2, 80))
        scores = np.round(generator.beta(*generator.choice([0.05, 0.5, 3], 2), n), int(generator.integers(0, 17)))
        ill = generator.random(n) < (scores if generator.random() < 0.5 else generator.random())
        patients = np.sort(generator.integers(0, n, n))
        _, patients = np.unique(patients, return_inverse=True)
        found = calibration_interval(RankedScores(scores, ill), patients)
        assert 0 <= found.low < found.high <= 1, (scores, ill)


def test_cross_entropy_of_probabilities_agrees_with_scikit_learn():
    generator = np.random.default_rng(0)
    p = generator.dirichlet([1, 1, 1], 50)
    labels = generator.integers(0, 3, 50)
    assert cross_entropy(p, np.eye(3, dtype=bool)[labels], exclusive=True) == pytest.approx(log_loss(labels, p))
    many = generator.random((50, 2)) < 0.5
    expected = np.mean([log_loss(many[:, column], p[:, column], labels=[False, True]) for column in range(2)])
    assert cross_entropy(p[:, :2], many, exclusive=False) == pytest.approx(expected)
