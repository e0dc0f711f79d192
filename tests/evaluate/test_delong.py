"""Areas and their variance against the definition, slowly, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from meddx.evaluate.delong import area, covariance


def images(n=60, seed=0, levels=12):
    """Scores with ties of both models, and truth."""
    generator = np.random.default_rng(seed)
    positive = generator.random(n) < 0.4
    shared = generator.normal(size=n) + positive
    return [np.round(levels * (shared + generator.normal(size=n))) / levels for _ in range(2)], positive


def slow(first, second, positive, groups):
    """Areas and their 2 x 2 covariance by Obuchowski 1997, eq. 2 to 5, as written: every pair, every patient."""

    def kernel(x, y):
        return 1.0 if x > y else 0.5 if x == y else 0.0

    plus, minus = np.flatnonzero(positive), np.flatnonzero(~positive)
    values, v10, v01 = [], [], []
    for scores in (first, second):
        pairs = np.array([[kernel(scores[i], scores[j]) for j in minus] for i in plus])
        values.append(pairs.mean())
        v10.append(dict(zip(plus, pairs.mean(axis=1), strict=True)))
        v01.append(dict(zip(minus, pairs.mean(axis=0), strict=True)))
    patients = sorted(set(groups))
    with_plus = len({groups[i] for i in plus})
    with_minus = len({groups[j] for j in minus})
    found = np.zeros((2, 2))
    for a in range(2):
        for b in range(2):
            s10 = s01 = s11 = 0.0
            for patient in patients:
                own_plus = [i for i in plus if groups[i] == patient]
                own_minus = [j for j in minus if groups[j] == patient]
                x = [sum(v10[k][i] - values[k] for i in own_plus) for k in (a, b)]
                y = [sum(v01[k][j] - values[k] for j in own_minus) for k in (a, b)]
                s10 += x[0] * x[1] * with_plus / (with_plus - 1)
                s01 += y[0] * y[1] * with_minus / (with_minus - 1)
                s11 += (x[0] * y[1] + x[1] * y[0]) * len(patients) / (len(patients) - 1)
            m, n = len(plus), len(minus)
            found[a, b] = s10 / m**2 + s01 / n**2 + s11 / (m * n)
    return values, found


@pytest.mark.parametrize("per_patient", [1, 3])
def test_areas_and_covariance_are_those_of_the_definition(per_patient):
    (first, second), positive = images()
    groups = [f"p{case // per_patient}" for case in range(len(positive))]
    patients = np.arange(len(positive)) // per_patient
    values, expected = slow(first, second, positive, groups)
    one, two = area(first, positive, patients), area(second, positive, patients)
    assert (one.value, two.value) == pytest.approx(values, abs=1e-12)
    found = [
        [covariance(one.shares, patients), covariance(one.shares, patients, two.shares)],
        [covariance(two.shares, patients, one.shares), covariance(two.shares, patients)],
    ]
    # With patients of both kinds, only the factor of the mixed term is another one: a percent of it.
    assert found == pytest.approx(expected, rel=1e-9 if per_patient == 1 else 0.02)


def test_area_is_that_of_scikit_learn():
    (first, _), positive = images(500, 3)
    value = area(first, positive, np.arange(500)).value
    assert value == pytest.approx(roc_auc_score(positive, first), abs=1e-12)


def test_one_kind_of_case_has_no_area():
    assert np.isnan(area(np.array([0.2, 0.3]), np.array([True, True]), np.arange(2)).value)
