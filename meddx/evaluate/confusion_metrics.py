"""Confusion counts by patient, and the metrics that are functions of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.influence_functions import VarianceEstimate, spread

Counts = Any
"""Array (..., 4) of confusion counts in the order TP, FP, FN, TN; real or complex (for derivatives)."""
TP, FP, FN, TN = range(4)

CASES_AT_ONCE = 1 << 16
"""Number of cases whose counts are held in memory at a time."""


@dataclass(frozen=True)
class Tally:
    """Counts over cases, grouped by patient.

    rows: (m, d) distinct counts of one patient; weights: (m,) number of patients with each; cases: number of cases.
    """

    rows: NDArray[np.float64]
    weights: NDArray[np.float64]
    cases: int

    @property
    def totals(self) -> NDArray[np.float64]:
        """Return the (d,) counts over all cases."""
        return np.asarray(self.weights @ self.rows)

    @property
    def patients(self) -> int:
        """Return the number of patients."""
        return int(self.weights.sum())

    def spread(self, metric: Callable[[Counts], Counts]) -> VarianceEstimate:
        """Return the variance of a metric of `totals`, by linearisation.

        The metric must not change when all counts are multiplied by one factor (as any ratio of counts): then the
        patients' influences sum to zero. Derivatives by complex step (Squire and Trapp 1998, SIAM Review 40:110), exact
        to rounding.
        """
        totals, step = self.totals, 1e-30
        gradient = np.array([np.imag(metric(totals + 1j * step * row)) / step for row in np.eye(len(totals))])
        return spread(self.rows @ gradient, self.weights)


def tally(
    cells: Callable[[slice | NDArray[np.intp]], NDArray[np.int64]], patients: NDArray[np.int64], n_patients: int
) -> Tally:
    """Return the counts of all cases, added up by patient.

    cells: positions of some cases -> their counts (m, d). patients: (n,) numbers from 0 of the cases' patients.
    """
    order = None if n_patients == len(patients) else np.argsort(patients, kind="stable")
    found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    start = 0
    while start < len(patients):
        rows, end = _block(order, patients, start)
        counts = cells(rows)
        if order is not None:
            counts = np.add.reduceat(counts, np.flatnonzero(np.diff(patients[rows], prepend=-1)), axis=0)
        found.append(_different(counts, np.ones(len(counts), np.int64)))
        start = end
    every, weights = _different(np.concatenate([one for one, _ in found]), np.concatenate([w for _, w in found]))
    return Tally(every.astype(np.float64), weights.astype(np.float64), len(patients))


def label_cells(
    called: NDArray[np.bool_], true: NDArray[np.bool_]
) -> Callable[[slice | NDArray[np.intp]], NDArray[np.int64]]:
    """Return a function from positions of cases to their confusion counts, one label after the other: d = 4 labels.

    called, true: bool (n, labels).
    """

    def cells(rows: slice | NDArray[np.intp]) -> NDArray[np.int64]:
        c, t = called[rows], true[rows]
        return np.stack([c & t, c & ~t, ~c & t, ~c & ~t], axis=2).reshape(len(c), -1).astype(np.int64)

    return cells


def answer_cells(
    called: NDArray[np.intp], true: NDArray[np.intp], labels: int
) -> Callable[[slice | NDArray[np.intp]], NDArray[np.int64]]:
    """Return a function from positions of cases to their counts by true and called label: d = labels squared.

    called, true: (n,) number of the label.
    """

    def cells(rows: slice | NDArray[np.intp]) -> NDArray[np.int64]:
        counts = np.zeros((len(true[rows]), labels * labels), np.int64)
        counts[np.arange(len(counts)), true[rows] * labels + called[rows]] = 1
        return counts

    return cells


def _different(counts: NDArray[np.int64], weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct rows and the total weight of each, told apart by a random 64-bit hash."""
    factors = np.random.default_rng(0).integers(1, 2**62, counts.shape[1]) * 2 + 1
    _, first, at = np.unique(counts @ factors, return_index=True, return_inverse=True)
    return counts[first], np.bincount(at, weights).astype(np.int64)


def _block(
    order: NDArray[np.intp] | None, patients: NDArray[np.int64], start: int
) -> tuple[slice | NDArray[np.intp], int]:
    """Return the positions of the next block of cases, which splits no patient, and where the following one starts."""
    end = min(start + CASES_AT_ONCE, len(patients))
    if order is None:
        return slice(start, end), end
    while end < len(patients) and patients[order[end]] == patients[order[end - 1]]:
        end += 1
    return order[start:end], end


def recall(cells: Counts) -> Counts:
    """Return the sensitivity: the share of cases with the label that are called."""
    hits, _, missed, _ = _four(cells)
    return hits / (hits + missed)


def specificity(cells: Counts) -> Counts:
    """Return the specificity: the share of cases without the label that are not called."""
    _, false, _, rejected = _four(cells)
    return rejected / (rejected + false)


def precision(cells: Counts) -> Counts:
    """Return the positive predictive value: the share of calls that are right."""
    hits, false, _, _ = _four(cells)
    return hits / (hits + false)


def npv(cells: Counts) -> Counts:
    """Return the negative predictive value: the share of cases not called that lack the label."""
    _, _, missed, rejected = _four(cells)
    return rejected / (rejected + missed)


def accuracy(cells: Counts) -> Counts:
    """Return the accuracy: the share of cases rightly called or rightly not called."""
    hits, false, missed, rejected = _four(cells)
    return (hits + rejected) / (hits + false + missed + rejected)


def balanced_accuracy(cells: Counts) -> Counts:
    """Return the balanced accuracy: the mean of recall and specificity."""
    return (recall(cells) + specificity(cells)) / 2


def f1(cells: Counts) -> Counts:
    """Return the F1 score: the harmonic mean of precision and recall."""
    hits, false, missed, _ = _four(cells)
    return 2 * hits / (2 * hits + false + missed)


def mcc(cells: Counts) -> Counts:
    """Return the Matthews correlation coefficient (1975, BBA 405:442) of call and truth, in [-1, 1]."""
    hits, false, missed, rejected = _four(cells)
    margins = (hits + false) * (hits + missed) * (rejected + false) * (rejected + missed)
    return (hits * rejected - false * missed) / np.sqrt(margins)


def precision_at(prevalence: float) -> Callable[[Counts], Counts]:
    """Return a function from confusion counts to the PPV at this prevalence, by Bayes' rule.

    From recall and specificity; prevalence: share of patients with the label.
    """

    def metric(cells: Counts) -> Counts:
        right = recall(cells) * prevalence
        return right / (right + (1 - specificity(cells)) * (1 - prevalence))

    return metric


def npv_at(prevalence: float) -> Callable[[Counts], Counts]:
    """Return a function from confusion counts to the NPV at this prevalence, by Bayes' rule.

    From recall and specificity; prevalence: share of patients with the label.
    """

    def metric(cells: Counts) -> Counts:
        right = specificity(cells) * (1 - prevalence)
        return right / (right + (1 - recall(cells)) * prevalence)

    return metric


def quadratic_kappa(cells: Counts) -> Counts:
    """Return the quadratic weighted kappa, at most 1: agreement beyond chance, errors weighted by squared distance.

    Cohen 1968 (Psychol Bull 70:213). cells: (..., labels squared), the true label first, labels in order.
    """
    labels = math.isqrt(cells.shape[-1])
    off = (np.arange(labels)[:, None] - np.arange(labels)) ** 2
    matrix = cells.reshape(*cells.shape[:-1], labels, labels)
    total = matrix.sum(axis=(-2, -1))
    chance = matrix.sum(axis=-1)[..., :, None] * matrix.sum(axis=-2)[..., None, :]
    return 1 - (off * matrix).sum(axis=(-2, -1)) * total / (off * chance).sum(axis=(-2, -1))


def _four(cells: Counts) -> tuple[Counts, Counts, Counts, Counts]:
    return cells[..., 0], cells[..., 1], cells[..., 2], cells[..., 3]
