"""Logistic regression against a table of two by two, where everything is known by hand."""

import math

import numpy as np
import pytest

from meddx.evaluate.logistic_fit import logistic_fit

GROUP = np.repeat([0.0, 1.0], 40)
DESIGN = np.stack([np.ones(80), GROUP], axis=1)
POSITIVE = np.concatenate([np.arange(40) < 10, np.arange(40) < 30])
PATIENTS = np.arange(80)
VARIANCE = 1 / 10 + 1 / 30 + 1 / 30 + 1 / 10


def test_the_slope_is_the_log_odds_ratio_with_woolfs_variance():
    found = logistic_fit(DESIGN, POSITIVE, PATIENTS)
    assert found.coefficients == pytest.approx([-math.log(3), math.log(9)])
    assert found.covariance[1, 1] == pytest.approx(VARIANCE)
    assert found.covariance[0] == pytest.approx([1 / 10 + 1 / 30, -1 / 10 - 1 / 30])


def test_every_case_twice_tells_no_more_where_both_are_of_one_patient():
    twice = [np.concatenate([one, one]) for one in (DESIGN, POSITIVE, PATIENTS)]
    found = logistic_fit(*twice)
    assert found.coefficients == pytest.approx([-math.log(3), math.log(9)])
    assert found.covariance[1, 1] == pytest.approx(VARIANCE * 80 / 79)


def test_an_offset_is_what_is_already_known():
    found = logistic_fit(DESIGN[:, :1], POSITIVE, PATIENTS, offset=np.full(80, 2.0))
    assert found.coefficients == pytest.approx([-2.0])  # half of all are positive


@pytest.mark.parametrize(
    ("design", "positive"),
    [(DESIGN, GROUP > 0), (DESIGN[:, :1], GROUP >= 0), (np.stack([GROUP, 2 * GROUP], axis=1), POSITIVE)],
    ids=["separated", "all positive", "columns that depend on each other"],
)
def test_where_no_finite_fit_exists_there_is_none(design, positive):
    assert logistic_fit(design, positive, PATIENTS) is None
