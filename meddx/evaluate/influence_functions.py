"""Influence functions: the influence of each case on a statistic, and the statistic's variance over patients.

The influence of a case on a statistic (Hampel 1974, JASA 69:383) is n times what one more case like it would add.
Influences of a patient's cases are summed before they are squared, so that images of one patient count as related
(Obuchowski 1997, Biometrics 53:567, for the area under the ROC curve). Influences of a mean of statistics are the mean
of their influences, and those of a difference their difference.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.arrays import Floats


@dataclass(frozen=True)
class RankedScores:
    """The scores of one label, sorted once, highest first.

    scores: (n,); positive: bool (n,).
    """

    scores: NDArray[np.floating]
    positive: NDArray[np.bool_]

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """Return the (n,) positions of the cases from the highest score down, equal ones in no particular order."""
        return np.argsort(-self.scores)

    @cached_property
    def last(self) -> NDArray[np.intp]:
        """Return the (levels,) indices into `order` of the last case of each distinct score."""
        ordered = self.scores[self.order]
        changes = np.flatnonzero(ordered[1:] != ordered[:-1])
        return np.asarray(np.append(changes, len(ordered) - 1), np.intp)

    @cached_property
    def levels(self) -> NDArray[np.floating]:
        """Return the (levels,) distinct scores, highest first."""
        return self.scores[self.order[self.last]]

    @cached_property
    def hits(self) -> NDArray[np.int64]:
        """Return the (levels,) numbers of positive cases at or above each level."""
        return np.cumsum(self.positive[self.order], dtype=np.int64)[self.last]

    @cached_property
    def called(self) -> NDArray[np.int64]:
        """Return the (levels,) numbers of cases at or above each level."""
        return self.last + 1

    @property
    def positives(self) -> int:
        """Return the number of positive cases."""
        return int(self.hits[-1])

    @property
    def negatives(self) -> int:
        """Return the number of negative cases."""
        return len(self.positive) - self.positives

    def by_case(self, of_level: Floats) -> Floats:
        """Return the (n,) values of the cases from the values (levels,) of their levels."""
        found = np.empty(len(self.scores))
        found[self.order] = np.repeat(of_level, np.diff(self.last, prepend=-1))
        return found


def auroc_with_influences(ranked: RankedScores) -> tuple[float, Floats]:
    """Return the area under the ROC curve, ties counting half, and the (n,) influences of the cases on it.

    There must be both positive and negative cases. Structural components of DeLong et al. 1988 (Biometrics 44:837) by
    one sort, as Sun and Xu 2014 (IEEE SPL 21:1389): the share of negatives below each positive, and of positives above
    each negative.
    """
    above, false = ranked.hits, ranked.called - ranked.hits
    ties_positive, ties_negative = np.diff(above, prepend=0), np.diff(false, prepend=0)
    beaten = 1 - (false - ties_negative / 2) / ranked.negatives
    beaten_by = (above - ties_positive / 2) / ranked.positives
    area = float((ties_positive * beaten).sum() / ranked.positives)
    n = len(ranked.scores)
    for_positive, for_negative = ranked.by_case(beaten) - area, ranked.by_case(beaten_by) - area
    influence = np.where(ranked.positive, for_positive * (n / ranked.positives), for_negative * (n / ranked.negatives))
    return area, influence


def average_precision_with_influences(ranked: RankedScores) -> tuple[float, Floats]:
    """Return the average precision, and the (n,) influences of the cases on it.

    The mean precision at the scores of the positive cases, of which there must be one: Zhu 2004 (Recall, precision and
    average precision); no interpolation, as in scikit-learn.
    """
    n = len(ranked.scores)
    ties = np.diff(ranked.hits, prepend=0)
    precision = ranked.hits / ranked.called
    value = float((ties * precision).sum() / ranked.positives)
    # A case adds to the calls of every positive at or below its score, and to their hits when it is positive itself.
    to_calls = np.cumsum((ties / ranked.called)[::-1])[::-1]
    lost = np.cumsum((ties * precision / ranked.called)[::-1])[::-1]
    gain = ranked.by_case(precision + to_calls - lost - value), ranked.by_case(-lost)
    return value, np.where(ranked.positive, gain[0], gain[1]) * (n / ranked.positives)


def mean_with_influences(values: NDArray[np.floating]) -> tuple[float, Floats]:
    """Return the mean of values (n,), and the (n,) influences of the cases on it."""
    value = float(values.mean())
    return value, np.asarray(values - value, np.float64)


@dataclass(frozen=True)
class Shares:
    """A statistic and what each case adds to its error.

    of_case: (n,), whose sum over cases has the statistic's variance.
    """

    value: float
    of_case: Floats


@dataclass(frozen=True)
class VarianceEstimate:
    """The variance of a statistic when patients are drawn at random.

    freedom: degrees of freedom of the variance.
    """

    variance: float
    freedom: float


def spread(of_patient: Floats, weights: Floats | None = None) -> VarianceEstimate:
    """Return the variance of the statistic whose error is the sum of the patients' shares.

    of_patient: (m,) shares; weights: (m,) number of patients with each, None for one. The degrees of freedom are
    Satterthwaite's (1946, Biometrics Bulletin 2:110), from the spread of the squares: they are few where few patients
    dominate the sum, however many there are. NaN with fewer than two patients.
    """
    w = np.ones(len(of_patient)) if weights is None else weights
    n = float(w.sum())
    if n < 2:
        return VarianceEstimate(math.nan, 1.0)
    squares = of_patient**2
    total = float(w @ squares)
    uneven = float(w @ squares**2) - total**2 / n
    freedom = n - 1 if uneven <= 0 else min(n - 1, max(1.0, 2 * total**2 / uneven))
    return VarianceEstimate(total * n / (n - 1), freedom)


def by_patient(shares: Floats, patients: NDArray[np.int64], n_patients: int) -> Floats:
    """Return the (patients,) sums of the cases' shares (n,) over each patient's cases."""
    if n_patients == len(patients):
        return shares
    return np.asarray(np.bincount(patients, weights=shares, minlength=n_patients))
