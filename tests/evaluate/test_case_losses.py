"""Losses of single cases."""

import math

import numpy as np
import pytest

from meddx.evaluate.case_losses import squared_error, squared_error_of_answers, surprise, surprise_of_answers

P = np.array([0.9, 0.2, 0.5])
TRUE = np.array([True, False, False])
ANSWERS = np.array([[0.7, 0.2, 0.1], [0.0, 0.0, 1.0]])
TRUE_ANSWERS = np.array([[True, False, False], [False, True, False]])


def test_the_squared_error_is_that_of_the_probability_from_one_or_zero():
    assert squared_error(P, TRUE) == pytest.approx([0.01, 0.04, 0.25])


def test_over_exclusive_labels_it_sums_to_two_where_all_is_given_to_the_wrong_one():
    assert squared_error_of_answers(ANSWERS, TRUE_ANSWERS) == pytest.approx([0.09 + 0.04 + 0.01, 2])


def test_surprise_is_in_nats_and_finite_where_the_truth_was_held_impossible():
    assert surprise(P, TRUE) == pytest.approx([-math.log(0.9), -math.log(0.8), math.log(2)])
    assert surprise(np.array([0.0, 1.0]), np.array([True, False])) == pytest.approx([52 * math.log(2)] * 2)
    assert surprise_of_answers(ANSWERS, TRUE_ANSWERS) == pytest.approx([-math.log(0.7), 52 * math.log(2)])


def test_a_certain_and_right_answer_costs_nothing():
    assert surprise(np.array([1.0]), np.array([True])) == pytest.approx([0])
    assert squared_error_of_answers(np.array([[0.0, 1.0]]), np.array([[False, True]])) == pytest.approx([0])
