"""Sums of rounded numbers."""

import numpy as np
import pytest

from meddx.evaluate.external_predictions.rounding import sum_to_one


@pytest.mark.parametrize("labels", [2, 3, 5, 9, 14])
@pytest.mark.parametrize("decimals", [2, 3, 4, 6])
def test_rounded_probabilities_sum_to_one(labels, decimals):
    p = np.random.default_rng(labels).dirichlet(np.ones(labels), 500)
    assert sum_to_one(np.round(p, decimals)).all()


def test_more_than_rounding_explains_is_seen():
    assert sum_to_one(np.array([[0.33, 0.33, 0.33], [0.34, 0.33, 0.34]])).tolist() == [True, True]
    assert sum_to_one(np.array([[0.33, 0.33, 0.32], [0.36, 0.33, 0.34]])).tolist() == [False, False]
    assert sum_to_one(np.array([[0.5, 0.6], [0.5, 0.5]])).tolist() == [False, True]
    assert sum_to_one(np.array([[1.0, 1.0], [1.0, 0.0]])).tolist() == [False, True]
    assert sum_to_one(np.array([[0.12345, 0.87455], [0.12345, 0.87655]])).tolist() == [False, True]
