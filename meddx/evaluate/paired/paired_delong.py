"""Test the difference of two areas under ROC curves by DeLong's method, with an interval that holds near 1."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from meddx.evaluate.delong import Area, covariance
from meddx.evaluate.influence_functions import by_patient, spread
from meddx.evaluate.intervals import Interval, on_logit_scale, wilson
from meddx.evaluate.paired.difference import PairedTest
from meddx.evaluate.paired.limits import difference_limits

AREA_ROUNDING = 1e-12
"""Standard errors and differences up to this count as zero."""


def area_difference(first: Area, second: Area, patients: NDArray[np.int64]) -> PairedTest:
    """Return the difference of two areas under ROC curves of the same cases, or of two means of them (mean_area).

    The p-value is DeLong's (DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837); where patients repeat,
    Obuchowski's (1997, Biometrics 53:567). Without any spread in the difference only equal areas can be tested: p is
    then 1. The interval is that of difference_limits, which also holds near 1. NaN without both kinds.
    """
    difference = first.value - second.value
    error = covariance(first.shares - second.shares, patients) ** 0.5
    single = len(np.unique(patients)) == len(patients)
    test = "DeLong, paired" if single else "DeLong, paired, over patients (Obuchowski)"
    p = float("nan")
    if error > AREA_ROUNDING:
        p = float(2 * norm.sf(abs(difference) / error))
    elif abs(difference) <= AREA_ROUNDING:
        p = 1.0
    low = high = float("nan")
    if np.isfinite(error):
        both = area_interval(first, patients), area_interval(second, patients)
        low, high = difference_limits(both, (first.shares, second.shares), patients, min(first.fewer, second.fewer))
    return PairedTest(first.value, second.value, low, high, p, test, len(patients))


def area_interval(area: Area, patients: NDArray[np.int64]) -> Interval:
    """Return the 95 % interval of one area, from DeLong's variance and Student's t on the logit scale.

    The degrees of freedom are Satterthwaite's. The interval is no wider than Wilson's of a proportion of the area's
    value among the rarer kind's patients, which has the largest variance that an area can have (Birnbaum and Klose
    1957, Ann Math Stat 28:933), and equal to it where there is no spread.
    """
    widest = wilson(area.value * area.fewer, area.fewer)
    found = spread(by_patient(area.shares, patients, int(patients.max()) + 1))
    if not 0 < area.value < 1 or found.variance <= 0:
        return widest
    own = on_logit_scale(area.value, found)
    return Interval(area.value, max(own.low, widest.low), min(own.high, widest.high), own.method)


def mean_area(areas: list[Area]) -> Area:
    """Return the mean area over labels (macro), with the mean contribution of every case."""
    value = float(np.mean([one.value for one in areas]))
    shares = np.asarray(np.mean([one.shares for one in areas], axis=0), np.float64)
    return Area(value, shares, min(one.fewer for one in areas))
