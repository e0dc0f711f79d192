"""A permutation test over patients of whether groups of cases differ in a metric by more than chance.

Cochran's Q, weighted by the groups' intervals, has little power near 1, where the intervals of small groups are wide
whatever the truth. Here the null distribution is computed directly, by permuting groups among the patients.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from meddx.evaluate.arrays import Floats, Ints
from meddx.evaluate.grouped_metrics import GroupedMetric

PERMUTATIONS = 999
_FEWEST_PERMUTATIONS = 199
_MOST_NUMBERS = 1 << 24
_AT_ONCE = 1 << 20
_FEW = 10
"""Fewest permutations at or beyond the observed value whose share serves as p; with fewer, a gamma tail does."""


@dataclass(frozen=True)
class Heterogeneity:
    """The p-values of a permutation test that groups are alike, NaN where not defined.

    p: of all groups being alike; of_group: (groups,) of each group being like the others.
    """

    p: float
    of_group: Floats


def heterogeneity(
    metric: GroupedMetric,
    groups: Ints,
    patients: Ints,
    strata: NDArray[np.integer] | None = None,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Heterogeneity:
    """Return the p-values of the hypothesis that the metric is the same in all groups.

    groups: (n,) from 0, of each case; patients: (n,) from 0; strata: (n,) property of each case that permutation
    preserves (its truth, for a metric that is conditional on it), None without one. Patients with the same numbers of
    cases in each stratum exchange their groups as a whole. Each group's value is compared with its mean and
    standard deviation over permutations; the sum of the squares is the test statistic (Good 2005, Permutation,
    Parametric and Bootstrap Tests of Hypotheses, ch. 3). Mid-p, as few different values are possible near 1; below
    ten permutations beyond the observed, the tail of the gamma distribution with their mean and variance.
    """
    many = int(groups.max()) + 1
    n = len(groups)
    permutations = min(permutations, max(_MOST_NUMBERS // n, _FEWEST_PERMUTATIONS))
    generator = np.random.default_rng(seed)
    blocks = _blocks(patients, np.zeros(n, np.int64) if strata is None else strata)
    observed = metric(groups[None], many)[0]
    drawn = []
    for start in range(0, permutations, max(1, _AT_ONCE // n)):
        rows = min(max(1, _AT_ONCE // n), permutations - start)
        drawn.append(metric(_dealt(groups, blocks, rows, generator), many))
    values = np.concatenate(drawn)
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < permutations / 2 or not np.isfinite(observed).all():
        return Heterogeneity(float("nan"), np.full(many, np.nan))
    centre, spread = values.mean(axis=0), values.std(axis=0)
    if (spread < 1e-12).any():
        return Heterogeneity(float("nan"), np.full(many, np.nan))
    seen, by_chance = ((observed - centre) / spread) ** 2, ((values - centre) / spread) ** 2
    of_group = np.array([_p(float(seen[at]), by_chance[:, at]) for at in range(many)])
    return Heterogeneity(_p(float(seen.sum()), by_chance.sum(axis=1)), of_group)


def _blocks(patients: Ints, strata: NDArray[np.integer]) -> list[NDArray[np.intp]]:
    """Return, for each block of exchangeable patients, their cases' positions (patients, cases) in order of strata.

    Patients are exchangeable when they have the same number of cases in each stratum.
    """
    order = np.lexsort((strata, patients))
    of_patient = np.split(order, np.flatnonzero(np.diff(patients[order])) + 1)
    alike: dict[tuple[int, ...], list[NDArray[np.intp]]] = {}
    for cases in of_patient:
        alike.setdefault(tuple(strata[cases].tolist()), []).append(cases)
    return [np.stack(block) for block in alike.values()]


def _dealt(groups: Ints, blocks: Sequence[NDArray[np.intp]], rows: int, generator: np.random.Generator) -> Ints:
    """Return (rows, n) groups, randomly permuted among the patients of each block."""
    dealt = np.empty((rows, len(groups)), np.int64)
    for block in blocks:
        taken = generator.permuted(np.tile(np.arange(len(block)), (rows, 1)), axis=1)
        dealt[:, block] = groups[block][taken]
    return dealt


def _p(seen: float, by_chance: Floats) -> float:
    beyond = float((by_chance > seen * (1 + 1e-9)).sum())
    same = float((np.abs(by_chance - seen) <= seen * 1e-9).sum())
    if beyond + same >= _FEW:
        return (beyond + same / 2) / len(by_chance)
    mean, variance = float(by_chance.mean()), float(by_chance.var())
    tail = float(gamma.sf(seen, mean**2 / variance, scale=variance / mean))
    return min(tail, _FEW / len(by_chance))
