"""Test means of case-wise values (Brier score, log loss, proportions of clustered cases)."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from meddx.evaluate.arrays import Floats
from meddx.evaluate.paired.difference import PairedTest


def mean_interval(values: NDArray[np.floating], patients: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return low, high and two-sided p (of mean 0) for the mean of (n,) values, clustered by patient.

    Liang and Zeger 1986 (Biometrika 73:13) with K / (K - 1) for K patients and Student's t with K - 1 degrees: the
    paired t-test where no patient repeats. NaN with one patient. Where all patients have the same value, the limits
    are NaN, and p is 1 for a mean of 0, else NaN.
    """
    mean = float(values.mean())
    _, member = np.unique(patients, return_inverse=True)
    sums = np.bincount(member, values - mean)
    many = len(sums)
    if many < 2:
        return float("nan"), float("nan"), float("nan")
    error = float((many / (many - 1) * (sums @ sums)) ** 0.5 / len(values))
    if error <= 1e-15 * float(np.abs(values).max()):
        return float("nan"), float("nan"), 1.0 if mean == 0 else float("nan")
    reach = float(student.ppf(0.975, many - 1)) * error
    return mean - reach, mean + reach, float(2 * student.sf(abs(mean) / error, many - 1))


def mean_difference(first: Floats, second: Floats, patients: NDArray[np.int64]) -> PairedTest:
    """Return the paired test of two means over the same cases, (n,) each."""
    low, high, p = mean_interval(first - second, patients)
    single = len(np.unique(patients)) == len(patients)
    test = "paired t" if single else "paired t over patients"
    return PairedTest(float(first.mean()), float(second.mean()), low, high, p, test, len(first))
