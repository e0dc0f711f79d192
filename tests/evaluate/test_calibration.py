import math

import numpy as np
import pytest

from meddx.evaluate.calibration import expected_calibration_error, fit_temperature, negative_log_likelihood
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


def predictions(p, targets):
    n, labels = np.shape(p)
    names = tuple("abc"[:labels])
    cases = tuple(map(str, range(n)))
    return Predictions(names, cases, cases, np.array(targets, bool), np.zeros((n, labels), np.float32), np.array(p))


def test_calibration_error_of_two_bins_by_hand():
    p = [[0.6, 0.4], [0.6, 0.4], [0.9, 0.1], [0.1, 0.9]]
    right_wrong_right_right = [[1, 0], [0, 1], [1, 0], [0, 1]]
    # Bins of two: confidence .6 against accuracy .5, and .9 against 1; each half of the cases.
    found = expected_calibration_error(predictions(p, right_wrong_right_right), exclusive=True, bins=2)
    assert found == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def test_calibration_error_of_several_labels_counts_every_label():
    found = expected_calibration_error(predictions([[0.2, 0.2], [0.8, 0.8]], [[0, 1], [1, 1]]), False, bins=2)
    assert found == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)
