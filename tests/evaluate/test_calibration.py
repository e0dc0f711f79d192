import math

import numpy as np
import pytest

from meddx.evaluate.assessment import assess
from meddx.evaluate.calibration import expected_calibration_error, fit_temperature, negative_log_likelihood
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
