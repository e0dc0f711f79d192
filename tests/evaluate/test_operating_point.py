import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from meddx.evaluate.operating_point import conformal_quantile, youden_threshold


def test_threshold_by_hand():
    scores = np.array([0.1, 0.2, 0.4, 0.6, 0.7, 0.9])
    positive = np.array([False, False, True, False, True, True])
    # Between .2 and .4: sensitivity 1, specificity 2/3. Between .6 and .7: 2/3 and 1. Equal, .65 is as near to .5
    # as .3 is not.
    assert youden_threshold(scores, positive) == pytest.approx(0.65)


def test_threshold_lies_in_the_middle_of_the_gap():
    assert youden_threshold(np.array([0.1, 0.3, 0.8]), np.array([False, False, True])) == pytest.approx(0.55)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=40))
def test_no_threshold_has_a_higher_youden_index(cases):
    scores, positive = np.array([score / 20 for score, _ in cases]), np.array([truth for _, truth in cases])
    if positive.all() or not positive.any():
        return
    false_rate, true_rate, _ = roc_curve(positive, scores, drop_intermediate=False)
    called = scores >= youden_threshold(scores, positive)
    assert called[positive].mean() - called[~positive].mean() == pytest.approx((true_rate - false_rate).max())


def test_quantile_by_hand():
    # n = 9, coverage .9: the ceil(10 x .9) = 9th smallest of 1 - p, which is the largest.
    assert conformal_quantile(np.linspace(0.1, 0.9, 9), 0.9) == pytest.approx(0.9)
    # n = 19: the 18th smallest of 19.
    assert conformal_quantile(np.arange(1, 20) / 20, 0.9) == pytest.approx(0.9)


def test_too_few_cases_rule_nothing_out():
    assert conformal_quantile(np.array([0.99] * 8), 0.9) == 1.0


def test_prediction_sets_hold_the_truth_as_often_as_promised():
    generator = np.random.default_rng(3)
    held = []
    for _ in range(400):
        quantile = conformal_quantile(generator.beta(4, 2, 60), 0.9)
        held.append(1 - generator.beta(4, 2) <= quantile)
    # The promise is at least .9 on average and, without ties, at most .9 + 1/61; 400 draws have an error of .015.
    assert 0.86 < np.mean(held) < 0.96
