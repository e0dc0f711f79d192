import numpy as np
import pytest
from scipy.optimize import curve_fit

from benchmarks.cost_fit import Between, fit_of, fitted


def line(x, fixed, slope):
    return fixed + slope * x


def measurements():
    generator = np.random.default_rng(3)
    x = np.repeat([0.05, 0.2, 0.85, 3.4, 13.6], 4)
    return x, line(x, 0.004, 0.02) * generator.normal(1, 0.08, len(x))


def test_it_is_scipys_weighted_least_squares():
    x, y = measurements()
    # An error that grows with y: SciPy scales the covariance by the residuals, as here.
    found, covariance = curve_fit(line, x, y, sigma=y)
    fit = fitted(x, y)
    assert (fit.fixed, fit.slope) == pytest.approx(found, rel=1e-5)
    assert np.array(fit.covariance) == pytest.approx(covariance, rel=1e-4)


def test_about_95_of_100_intervals_hold_the_truth():
    generator = np.random.default_rng(0)
    x = np.repeat([1.0, 2, 4, 8], 5)
    truth = line(16, 1, 0.5)
    fits = [fitted(x, line(x, 1, 0.5) * generator.normal(1, 0.03, len(x))).at(16) for _ in range(400)]
    assert 0.91 < np.mean([one.low <= truth <= one.high for one in fits]) < 0.985


def test_it_survives_json():
    fit = fitted(*measurements())
    again = fit_of(fit.as_json())
    assert again.at(7) == fit.at(7)


def test_half_widths_of_a_sum_add_up_as_squares():
    assert Between(10, 7, 13).plus(Between(20, 16, 24)) == Between(30, 25, 35)
