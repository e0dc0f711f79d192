"""Compute the positive and the negative likelihood ratio of a test."""

import math

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.influence_functions import by_patient, spread
from meddx.evaluate.intervals import Interval, Z, quantile

RATIO_METHOD = "log (Simel)"


def positive_likelihood_ratio(
    called: NDArray[np.bool_], positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> Interval:
    """Return sensitivity / (1 - specificity) with its 95 % interval, above 0.

    called, positive: (n,); patients: (n,) from 0. Intervals are symmetric on the logarithmic scale (Simel, Samsa and
    Matchar 1991, J Clin Epidemiol 44:763, formula 10); where patients repeat, by the same linearisation over patients
    with Student's t. Where a count is 0 the limits are those of half a case more of each kind (Gart and Nam 1988,
    Biometrics 44:323), and a ratio of 0 or infinity is its own limit on that side. NaN without both kinds of case.
    """
    return _ratio(called, positive, patients)


def negative_likelihood_ratio(
    called: NDArray[np.bool_], positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> Interval:
    """Return (1 - sensitivity) / specificity with its 95 % interval; otherwise as positive_likelihood_ratio."""
    return _ratio(~called, positive, patients)


def _ratio(hit: NDArray[np.bool_], positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Interval:
    """Return the share of positive cases that are hit, divided by the share of the others that are."""
    m, k = int(positive.sum()), int((~positive).sum())
    a, b = int((hit & positive).sum()), int((hit & ~positive).sum())
    if not m or not k or not a + b:
        return Interval(math.nan, math.nan, math.nan, "not defined")
    many = int(patients.max()) + 1
    if a and b and many < len(patients):
        return _over_patients(hit, positive, patients)
    value = (a / m) / (b / k) if b else math.inf
    half = 0.0 if a and b else 0.5
    p, q = (a + half) / (m + half), (b + half) / (k + half)
    reach = Z * math.sqrt(max(1 / (a + half) - 1 / (m + half) + 1 / (b + half) - 1 / (k + half), 0.0))
    low, high = p / q * math.exp(-reach), p / q * math.exp(reach)
    return Interval(value, low if a else 0.0, high if b else math.inf, RATIO_METHOD)


def _over_patients(hit: NDArray[np.bool_], positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Interval:
    """Return the ratio of related cases with its interval.

    Each case's share of the error of the logarithm of the ratio is summed by patient.
    """
    shares = np.zeros(len(hit))
    rates = []
    for kind, sign in ((positive, 1), (~positive, -1)):
        rate = float(hit[kind].mean())
        shares[kind] = sign * (hit[kind] - rate) / (rate * kind.sum())
        rates.append(rate)
    found = spread(by_patient(shares, patients, int(patients.max()) + 1))
    value = rates[0] / rates[1]
    factor = math.exp(min(quantile(found.freedom) * math.sqrt(found.variance), 700.0))
    return Interval(value, value / factor, value * factor, f"{RATIO_METHOD} over patients")
