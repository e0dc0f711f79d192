"""Test and estimate the difference of two paired proportions: McNemar's test and intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binom

from meddx.evaluate.influence_functions import by_patient, spread
from meddx.evaluate.intervals import Interval, Z, wilson
from meddx.evaluate.paired.difference import PairedTest
from meddx.evaluate.paired.limits import difference_limits

FEW_DISCORDANT = 10
"""Number of discordant patients below which the exact p-value is reported, otherwise the mid-p: the exact test is too
conservative (docs/comparison.md)."""


@dataclass(frozen=True)
class McNemar:
    """The result of McNemar's test.

    only_a, only_b: cases that only A, only B gets right; patients: number of patients with such cases that do not
    cancel. exact: conservative p-value; mid: mid-p, closer to the level (Fagerland et al. 2013). repeated: whether a
    patient has several cases.
    """

    only_a: int
    only_b: int
    patients: int
    exact: float
    mid: float
    repeated: bool

    @property
    def p(self) -> float:
        """Return the exact p-value below FEW_DISCORDANT discordant patients, otherwise the mid-p."""
        return self.exact if self.is_exact else self.mid

    @property
    def test(self) -> str:
        """Return the name of the test that `p` is from."""
        if self.repeated:
            return "McNemar, exact, over patients" if self.is_exact else "McNemar, mid-p, over patients"
        return "McNemar, exact" if self.is_exact else "McNemar, mid-p"

    @property
    def is_exact(self) -> bool:
        """Return whether `p` is the exact p-value."""
        return self.patients < FEW_DISCORDANT


def mcnemar(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], patients: NDArray[np.int64]) -> McNemar:
    """Return McNemar's test of paired answers.

    right_a, right_b: (n,); patients: (n,) from 0, one number where a patient repeats. Patients are independent, so
    under no difference each patient's balance (cases only A gets right minus those only B gets right) has either sign
    with equal probability. The exact distribution of the sum over all signs is McNemar's (Psychometrika 1947 12:153)
    binomial where no patient repeats.
    """
    balance = right_a.astype(np.int64) - right_b
    sums = np.bincount(patients, balance).round().astype(np.int64)
    sizes = np.abs(sums[sums != 0])
    chance = _of_turned_sums(sizes)
    distance = np.abs(np.arange(len(chance)) - (len(chance) - 1) // 2)
    seen = abs(int(sums.sum()))
    exact = float(min(1.0, chance[distance >= seen].sum()))
    mid = float(min(1.0, exact - chance[distance == seen].sum() / 2))
    repeated = len(np.unique(patients)) < len(patients)
    return McNemar(int((balance > 0).sum()), int((balance < 0).sum()), len(sizes), exact, mid, repeated)


def _of_turned_sums(sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probabilities of the sums -total ... total when every size takes either sign with probability 0.5."""
    ones = int((sizes == 1).sum())
    chance = np.zeros(2 * ones + 1)
    chance[::2] = binom.pmf(np.arange(ones + 1), ones, 0.5)
    for size in sizes[sizes > 1]:
        wider = np.zeros(len(chance) + 2 * size)
        wider[: len(chance)] += chance / 2
        wider[2 * size :] += chance / 2
        chance = wider
    return chance


def difference_interval(
    right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], patients: NDArray[np.int64]
) -> tuple[float, float, str]:
    """Return the 95 % interval of the difference between two paired proportions, and its name.

    n > 0. Tango's score interval (Stat Med 1998 17:891) where no patient repeats, else difference_limits over patients.
    """
    n, many = len(right_a), len(np.unique(patients))
    if many == n:
        b, c = int((right_a & ~right_b).sum()), int((~right_a & right_b).sum())
        return *_tango(b, c, n), "Tango score"
    _, own = np.unique(patients, return_inverse=True)
    shares = (right_a - right_a.mean()) / n, (right_b - right_b.mean()) / n
    both = share_interval(right_a, own), share_interval(right_b, own)
    return *difference_limits(both, shares, own, many), "MOVER or t over patients"


def share_interval(right: NDArray[np.bool_], patients: NDArray[np.int64]) -> Interval:
    """Return Wilson's interval of a proportion of clustered cases, with the effective sample size over patients.

    patients: (n,) from 0. Where all are right or all wrong, the number of patients counts as sample size.
    """
    n, many, value = len(right), int(patients.max()) + 1, float(right.mean())
    found = spread(by_patient((right - value) / n, patients, many))
    if not (0 < value < 1 and found.variance > 0):
        return wilson(value * many, many)
    effective = min(float(n), value * (1 - value) / found.variance)
    return wilson(value * effective, effective, found.freedom)


def _tango(b: int, c: int, n: int) -> tuple[float, float]:
    """Return the limits at which Tango's statistic (eq. 5, 6) is +Z and -Z.

    b, c: cases with only the first, only the second right.
    """

    def statistic(delta: float) -> float:
        quadratic = -b - c + (2 * n - b + c) * delta
        q = (np.sqrt(quadratic**2 + 8 * n * c * delta * (1 - delta)) - quadratic) / (4 * n)
        variance = n * (2 * q + delta * (1 - delta))
        return float((b - c - n * delta) / np.sqrt(max(variance, 1e-300)))

    edge, found = 1 - 1e-9, (b - c) / n
    low = brentq(lambda d: statistic(d) - Z, -edge, found) if statistic(-edge) > Z else -1.0
    high = brentq(lambda d: statistic(d) + Z, found, edge) if statistic(edge) < -Z else 1.0
    return float(low), float(high)


def proportion_difference(
    right_a: NDArray[np.bool_], right_b: NDArray[np.bool_], patients: NDArray[np.int64]
) -> PairedTest:
    """Return McNemar's test of two proportions of the same cases, with the interval of difference_interval."""
    if len(right_a) == 0:
        return PairedTest(*(float("nan"),) * 5, "McNemar", 0)
    tested = mcnemar(right_a, right_b, patients)
    low, high, _ = difference_interval(right_a, right_b, patients)
    return PairedTest(float(right_a.mean()), float(right_b.mean()), low, high, tested.p, tested.test, len(right_a))
