"""The variance of the area under the ROC curve by DeLong's method, also where patients have several cases.

DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837); Obuchowski 1997 (Biometrics 53:567) for several cases of one
patient. meddx.evaluate.influence_functions computes the contribution of each case; the small-sample corrections are
here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import influence_functions
from meddx.evaluate.influence_functions import RankedScores


@dataclass(frozen=True)
class Area:
    """An area under the ROC curve, with the contribution of each case to its error.

    value: in [0, 1], NaN without both kinds of case. shares: (n,) what each case adds to the error of `value`; the
    squared sum over each patient's cases, summed over patients, is its variance. Shares of a mean or difference of
    areas are the mean or difference of their shares. fewer: patients who have a case of the rarer kind.
    """

    value: float
    shares: NDArray[np.float64]
    fewer: int


def area(scores: NDArray[np.floating], positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Area:
    """Return the area under the ROC curve, ties counting half.

    scores, positive: (n,); patients: (n,) numbers from 0.
    """
    return area_of(RankedScores(scores, positive), patients)


def area_of(ranked: RankedScores, patients: NDArray[np.int64]) -> Area:
    """Return the area under the ROC curve, as `area` does, of scores that are already sorted."""
    positive = ranked.positive
    if positive.all() or not positive.any():
        return Area(float("nan"), np.full(len(positive), np.nan), 0)
    value, influences = influence_functions.auroc_with_influences(ranked)
    shares = influences / len(positive)
    # DeLong divides by m - 1, not m; Obuchowski counts patients: I / (I - 1), the same where none repeat.
    counts = []
    for kind in (positive, ~positive):
        many = int(np.count_nonzero(np.bincount(patients[kind])))
        shares[kind] *= (many / (many - 1)) ** 0.5 if many > 1 else np.nan
        counts.append(many)
    return Area(value, shares, min(counts))


def covariance(
    shares: NDArray[np.float64], patients: NDArray[np.int64], others: NDArray[np.float64] | None = None
) -> float:
    """Return the variance of the statistic with these shares (n,), or its covariance with the one that has `others`.

    Where a patient has both kinds of case, Obuchowski's mixed term carries sqrt(I10/(I10-1) I01/(I01-1)) for I/(I-1).
    """
    one = np.bincount(patients, shares)
    other = one if others is None else np.bincount(patients, others)
    return float(one @ other)
