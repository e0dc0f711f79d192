"""The area under the ROC curve as a sum over cases, which gives its variance, also where patients repeat.

DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837), by midranks as in Sun and Xu 2014 (IEEE Signal Processing
Letters 21:1389); Obuchowski 1997 (Biometrics 53:567) for several cases of one patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata


@dataclass(frozen=True)
class Area:
    """value: area under the curve, in [0, 1], NaN without both kinds of case.

    influence: (n,) what each case adds to the error of `value`; the squared sum over each patient's cases, summed over
    patients, is the variance (`covariance`).
    """

    value: float
    influence: NDArray[np.float64]


def area(scores: NDArray[np.floating], positive: NDArray[np.bool_], patients: NDArray[np.intp]) -> Area:
    """Area under the ROC curve, ties counting half. scores, positive: (n,); patients: (n,) from 0, see `numbered`."""
    m, n = int(positive.sum()), int((~positive).sum())
    if m == 0 or n == 0:
        return Area(float("nan"), np.full(len(positive), np.nan))
    placed = placements(scores, positive)
    value = float(placed[positive].mean())
    # Sun and Xu eq. 5 to 7. DeLong divides by m - 1; Obuchowski by patients: I / (I - 1), the same where none repeat.
    centred = (placed - value) / np.where(positive, m, n)
    for kind in (positive, ~positive):
        many = len(np.unique(patients[kind]))
        centred[kind] *= (many / (many - 1)) ** 0.5 if many > 1 else np.nan
    return Area(value, centred)


def placements(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """DeLong's structural components, (n,) in [0, 1], eq. 4 and 5.

    A positive's: the share of negatives that score below it; a negative's: of positives that score above; ties half.
    """
    ranks = rankdata(scores)
    among = np.empty(len(scores))
    among[positive], among[~positive] = rankdata(scores[positive]), rankdata(scores[~positive])
    below = ranks - among  # how many of the other kind lie below, ties counting half
    m, n = positive.sum(), (~positive).sum()
    placed: NDArray[np.float64] = np.where(positive, below / n, 1 - below / m)
    return placed


def covariance(
    influences: NDArray[np.float64], patients: NDArray[np.intp], others: NDArray[np.float64] | None = None
) -> float:
    """Variance of the statistic whose cases weigh `influences` (n,), or covariance with another's, over patients.

    Where a patient has both kinds of case, Obuchowski's mixed term carries sqrt(I10/(I10-1) I01/(I01-1)) for I/(I-1).
    """
    one = np.bincount(patients, influences)
    other = one if others is None else np.bincount(patients, others)
    return float(one @ other)


def numbered(groups: Sequence[str]) -> NDArray[np.intp]:
    """(n,) the patients numbered from 0."""
    return np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.intp)
