"""McNemar's test against published examples and scipy, also where patients repeat."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_rel

from meddx.evaluate.intervals import wilson
from meddx.evaluate.paired.mcnemar import (
    FEW_DISCORDANT,
    difference_interval,
    mcnemar,
    proportion_difference,
    share_interval,
)
from meddx.evaluate.paired.paired_means import mean_interval


def answers(both, only_a, only_b, neither):
    """Rows of a published 2 x 2 table."""
    a = np.repeat([True, True, False, False], [both, only_a, only_b, neither])
    b = np.repeat([True, False, True, False], [both, only_a, only_b, neither])
    return a, b, np.arange(len(a))


def test_airway_example_of_fagerland_2013():
    # Fagerland, Lydersen and Laake 2013 (BMC Med Res Methodol 13:91), airway hyper-responsiveness: 1, 1, 7, 12.
    found = mcnemar(*answers(1, 1, 7, 12))
    assert (found.only_a, found.only_b, found.patients) == (1, 7, 8)
    assert round(found.exact, 4) == 0.0703
    assert round(found.mid, 3) == 0.039
    assert (found.p, found.test) == (found.exact, "McNemar, exact")


def test_the_example_of_the_r_package_exact2x2():
    found = mcnemar(*answers(21, 2, 9, 12))  # mcnemar.exact(matrix(c(21, 9, 2, 12), 2)): b = 2, c = 9
    assert round(found.exact, 5) == 0.06543


def test_approval_ratings_of_agresti():
    # Agresti, Categorical Data Analysis, table 10.1: 794, 150, 86, 570; z = -4.17 and difference -.04 (-.06, -.02).
    a, b, patients = answers(794, 86, 150, 570)
    found = proportion_difference(a, b, patients)
    assert found.p == pytest.approx(2 * 1.52e-5, rel=0.15)  # z = -4.17
    assert (round(found.first - found.second, 2), round(found.low, 2), round(found.high, 2)) == (-0.04, -0.06, -0.02)
    assert found.test == "McNemar, mid-p"


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 5), (3, 9), (40, 60), (7, 7)])
def test_exact_p_is_the_binomial(only_a, only_b):
    found = mcnemar(*answers(10, only_a, only_b, 3))
    assert found.exact == pytest.approx(binomtest(only_a, only_a + only_b).pvalue, abs=1e-12)
    assert found.mid < found.exact
    assert found.p == (found.exact if only_a + only_b < FEW_DISCORDANT else found.mid)


def test_patients_are_turned_as_a_whole():
    generator = np.random.default_rng(4)
    patients = np.repeat(np.arange(8), 3)
    a, b = generator.random(24) < 0.7, generator.random(24) < 0.4
    sums = np.bincount(patients, a.astype(float) - b)
    turned = np.array([np.dot(signs, sums) for signs in product([-1, 1], repeat=8)])
    seen = abs(sums.sum())
    exact = np.mean(np.abs(turned) >= seen)
    found = mcnemar(a, b, patients)
    assert found.exact == pytest.approx(exact)
    assert found.mid == pytest.approx(exact - np.mean(np.abs(turned) == seen) / 2)


def test_no_discordant_case_is_no_difference():
    found = proportion_difference(*answers(5, 0, 0, 5))
    assert found.p == 1
    assert found.low < 0 < found.high


def test_tango_interval_of_fagerland_2014():
    # Fagerland, Lydersen and Laake 2014 (Stat Med 33:2850), the same airway example: Tango -0.517 to -0.026.
    low, high, method = difference_interval(*answers(1, 1, 7, 12))
    assert (round(low, 3), round(high, 3), method) == (-0.517, -0.026, "Tango score")


def test_mean_interval_is_the_paired_t_test():
    generator = np.random.default_rng(1)
    first, second = generator.normal(size=(2, 40)) + 0.1
    low, high, p = mean_interval(first - second, np.arange(40))
    expected = ttest_rel(first, second)
    assert p == pytest.approx(expected.pvalue)
    assert (low, high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_repeating_every_case_of_a_patient_adds_nothing():
    values = np.random.default_rng(2).normal(size=30)
    once = mean_interval(values, np.arange(30))
    assert mean_interval(np.repeat(values, 3), np.repeat(np.arange(30), 3)) == pytest.approx(once)


def test_twelve_cases_that_both_get_right_leave_a_quarter_open():
    right = np.ones(12, bool)
    found = proportion_difference(right, right, np.arange(12))
    assert (found.p, found.low, found.high) == (1, pytest.approx(-0.242, abs=5e-4), pytest.approx(0.242, abs=5e-4))
    # Three images of each patient tell no more, nor does anything that is the same of every patient leave no width.
    related = proportion_difference(np.repeat(right, 3), np.repeat(right, 3), np.repeat(np.arange(12), 3))
    assert related.low == pytest.approx(found.low, abs=2e-3)
    assert related.high == -related.low
    third = np.arange(36) % 3 > 0
    apart = proportion_difference(third, ~third, np.repeat(np.arange(12), 3))
    assert apart.low < 1 / 3 < apart.high


def test_a_mean_that_is_the_same_of_all_patients_has_no_interval():
    assert np.isnan(mean_interval(np.full(9, 0.1), np.arange(9))).all()
    low, high, p = mean_interval(np.zeros(9), np.arange(9))
    assert np.isnan([low, high]).all()
    assert p == 1


def test_the_share_of_related_cases_is_wilsons_of_their_patients():
    right = np.repeat(np.arange(40) % 4 != 0, 3)
    found = share_interval(right, np.repeat(np.arange(40), 3))
    expected = wilson(30, 40)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.01)
