"""Kappas of published tables."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from meddx.evaluate.paired.kappa import cohen_kappa, fleiss_kappa

FLEISS_1971 = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""
"""Fleiss 1971, table 1: 30 patients, the diagnosis (1 to 5) that each of six psychiatrists made."""

WIKIPEDIA = """
0 0 0 0 14, 0 2 6 4 2, 0 0 3 5 6, 0 3 9 2 0, 2 2 8 1 1, 7 7 0 0 0, 3 2 6 3 0, 2 5 3 2 2, 6 5 2 1 0, 0 2 2 3 7
"""


def rows(table):
    """Two readers' answers that make up a table of counts."""
    table = np.asarray(table)
    first, second = np.indices(table.shape)
    return np.repeat(first.ravel(), table.ravel()), np.repeat(second.ravel(), table.ravel())


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.68),  # Fleiss, Statistical Methods for Rates and Proportions, 13.1
        ([[20, 5], [10, 15]], 0.40),  # en.wikipedia.org/wiki/Cohen's_kappa
    ],
)
def test_cohen_of_published_tables(table, kappa):
    first, second = rows(table)
    found = cohen_kappa(first, second, np.arange(len(first)))
    assert round(found.value, 2) == kappa


def test_cohen_with_the_interval_that_sas_prints():
    first, second = rows([[0, 4, 1], [0, 8, 0], [0, 1, 5]])  # statsmodels' tests hold SAS's print of this table
    found = cohen_kappa(first, second, np.arange(19))
    assert [round(x, 4) for x in (found.value, found.low, found.high)] == [0.4842, 0.2137, 0.7547]


def test_cohen_is_that_of_scikit_learn():
    first, second = np.random.default_rng(0).integers(0, 4, (2, 200))
    assert cohen_kappa(first, second, np.arange(200)).value == pytest.approx(cohen_kappa_score(first, second))


def test_fleiss_of_the_diagnoses_of_1971():
    counts = np.array([[case.count(str(k)) for k in range(1, 6)] for case in FLEISS_1971.split()])
    assert round(fleiss_kappa(counts, np.arange(30)).value, 3) == 0.430


def test_fleiss_of_fourteen_raters():
    counts = np.array([line.split() for line in WIKIPEDIA.split(",")], int)
    assert round(fleiss_kappa(counts, np.arange(10)).value, 3) == 0.210


def test_repeated_cases_of_a_patient_do_not_narrow_the_interval():
    first, second = np.random.default_rng(0).integers(0, 2, (2, 50))
    once = cohen_kappa(first, second, np.arange(50))
    again = cohen_kappa(np.repeat(first, 3), np.repeat(second, 3), np.repeat(np.arange(50), 3))
    assert (again.low, again.high) == pytest.approx((once.low, once.high))


def test_one_category_has_no_kappa():
    always = np.zeros(10, int)
    assert np.isnan(cohen_kappa(always, always, np.arange(10)).value)


def test_perfect_agreement_is_not_known_beyond_the_patients_who_agree():
    answers = np.arange(12) % 2
    found = cohen_kappa(answers, answers, np.arange(12))
    # Wilson's lower limit of 12 of 12, 12 / (12 + 1.96 squared) = .757, above the half that chance gives.
    assert (found.value, found.low, found.high) == (1, pytest.approx((0.7575 - 0.5) / 0.5, abs=1e-3), 1)
    assert cohen_kappa(np.repeat(answers, 2), np.repeat(answers, 2), np.repeat(np.arange(12), 2)).low == pytest.approx(
        found.low
    )
