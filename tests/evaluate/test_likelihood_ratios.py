"""Likelihood ratios by hand."""

import math

import numpy as np
import pytest

from meddx.evaluate.likelihood_ratios import negative_likelihood_ratio, positive_likelihood_ratio


def both(*given):
    return positive_likelihood_ratio(*given), negative_likelihood_ratio(*given)


def answers(hits, false, missed, rejected):
    called = np.repeat([True, True, False, False], [hits, false, missed, rejected])
    positive = np.repeat([True, False, True, False], [hits, false, missed, rejected])
    return called, positive


def test_occult_blood_and_bowel_cancer_by_hand():
    # 20 of 30 with cancer and 180 of 2000 without have blood: 2/3 / .09 and 1/3 / .91.
    # Standard errors of the logarithms: sqrt(1/20 - 1/30 + 1/180 - 1/2000) and sqrt(1/10 - 1/30 + 1/1820 - 1/2000).
    called, positive = answers(20, 180, 10, 1820)
    plus, minus = both(called, positive, np.arange(2030))
    assert (plus.value, plus.low, plus.high) == pytest.approx((7.407, 5.549, 9.888), abs=1e-3)
    assert (minus.value, minus.low, minus.high) == pytest.approx((0.3663, 0.2208, 0.6077), abs=1e-4)


def test_an_empty_cell_leaves_one_side_open():
    called, positive = answers(18, 0, 2, 40)
    plus, minus = both(called, positive, np.arange(60))
    # Half a case more of each: 18.5 / 20.5 over .5 / 40.5, and sqrt(1/18.5 - 1/20.5 + 1/.5 - 1/40.5) = 1.4073.
    expected = 18.5 / 20.5 / (0.5 / 40.5) * math.exp(-1.959964 * 1.4073)
    assert (plus.value, plus.high) == (math.inf, math.inf)
    assert plus.low == pytest.approx(expected, rel=1e-3)
    assert minus.value == pytest.approx(0.1)
    assert 0 < minus.low < minus.value < minus.high


def test_perfect_answers_and_missing_kinds():
    plus, minus = both(*answers(10, 0, 0, 10), np.arange(20))
    assert (plus.value, minus.value, minus.low) == (math.inf, 0, 0)
    assert 0 < minus.high < 1 < plus.low
    alone = both(*answers(5, 0, 3, 0), np.arange(8))
    assert all(math.isnan(one.value) and math.isnan(one.low) for one in alone)


def test_repeated_images_tell_no_more():
    called, positive = answers(40, 30, 20, 110)
    once = both(called, positive, np.arange(200))
    three = both(np.repeat(called, 3), np.repeat(positive, 3), np.repeat(np.arange(200), 3))
    for one, other in zip(once, three, strict=True):
        assert other.value == pytest.approx(one.value)
        assert (other.low, other.high) == pytest.approx((one.low, one.high), rel=0.02)
