"""DeLong's paired test: do two systems rank the same cases equally well?"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from meddx.evaluate.delong import Area, covariance
from meddx.evaluate.intervals import Z
from meddx.evaluate.paired.difference import PairedTest


def area_difference(first: Area, second: Area, patients: NDArray[np.int64]) -> PairedTest:
    """Difference of two areas under ROC curves of the same cases, or of two means of them (mean_area).

    DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837); where patients repeat, Obuchowski 1997
    (Biometrics 53:567). Without any spread in the difference only equal areas can be tested: p is then 1.
    """
    difference = first.value - second.value
    error = covariance(first.shares - second.shares, patients) ** 0.5
    single = len(np.unique(patients)) == len(patients)
    test = "DeLong, paired" if single else "DeLong, paired, over patients (Obuchowski)"
    low, high, p = difference - Z * error, difference + Z * error, float("nan")
    if error > 0:
        p = float(2 * norm.sf(abs(difference) / error))
    elif difference == 0:
        p = 1.0
    else:
        low = high = float("nan")
    return PairedTest(first.value, second.value, low, high, p, test, len(patients))


def mean_area(areas: list[Area]) -> Area:
    """Mean over labels (macro): the shares of the cases average as the areas do."""
    value = float(np.mean([one.value for one in areas]))
    return Area(value, np.asarray(np.mean([one.shares for one in areas], axis=0), np.float64))
