"""DeLong's paired test against the definition, and what makes it vanish."""

import numpy as np
import pytest
from scipy.stats import norm

from meddx.evaluate.delong import area
from meddx.evaluate.paired.paired_delong import area_difference, mean_area
from tests.evaluate.paired.ovarian import ALBUMIN, HELPED, KG, PROTEIN
from tests.evaluate.test_delong import images, slow


def test_differences_of_areas_as_sas_prints_them():
    # SAS/STAT User's Guide, PROC LOGISTIC, ROCCONTRAST with K-G as the reference.
    patients = np.arange(len(HELPED))
    one, two, reference = (area(scores, HELPED, patients) for scores in (ALBUMIN, PROTEIN, KG))
    assert [round(of.value, 4) for of in (one, two, reference)] == [0.7366, 0.6478, 0.7258]
    assert [round((of.shares**2).sum() ** 0.5, 4) for of in (one, two, reference)] == [0.0927, 0.1000, 0.1028]
    for of, expected in ((one, (-0.1761, 0.1976, 0.9102)), (two, (-0.2830, 0.1271, 0.4561))):
        found = area_difference(of, reference, patients)
        assert tuple(round(value, 4) for value in (found.low, found.high, found.p)) == expected


@pytest.mark.parametrize("per_patient", [1, 2])
def test_test_and_interval_follow_from_the_definition(per_patient):
    (first, second), positive = images(80, 5)
    patients = np.arange(80) // per_patient
    values, covariances = slow(first, second, positive, patients.tolist())
    error = (covariances[0, 0] + covariances[1, 1] - 2 * covariances[0, 1]) ** 0.5
    z = (values[0] - values[1]) / error
    found = area_difference(area(first, positive, patients), area(second, positive, patients), patients)
    tolerance = 1e-9 if per_patient == 1 else 0.02
    assert found.p == pytest.approx(2 * norm.sf(abs(z)), rel=3 * tolerance)
    assert found.high - found.low == pytest.approx(2 * 1.959963984540054 * error, rel=tolerance)
    assert ("Obuchowski" in found.test) == (per_patient == 2)


def test_a_system_does_not_differ_from_itself():
    (first, _), positive = images(40, 6)
    one = area(first, positive, np.arange(40))
    found = area_difference(one, one, np.arange(40))
    assert (found.p, found.low, found.high) == (1.0, 0.0, 0.0)


def test_mean_over_labels_has_the_variance_of_a_mean():
    (first, second), positive = images(70, 7)
    patients = np.arange(70)
    _, covariances = slow(first, second, positive, patients.tolist())
    mean = mean_area([area(first, positive, patients), area(second, positive, patients)])
    assert (mean.shares**2).sum() == pytest.approx(covariances.sum() / 4)
