"""Counts of what was called of what was true, and every metric that they alone decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cells = Any
"""Array (..., 4): hits, false alarms, missed, rejected; real counts or complex ones (for derivatives)."""

AT_ONCE = 1 << 16
"""Cases whose cells are held in memory at a time."""


@dataclass(frozen=True)
class Tally:
    """Counts over cases, and what their spread over patients takes.

    totals: (d,) sums over cases; moments: (d, d) sum over patients of the outer product of their own sums;
    cases, patients: how many.
    """

    totals: NDArray[np.float64]
    moments: NDArray[np.float64]
    cases: int
    patients: int

    def variance(self, metric: Callable[[Cells], Cells]) -> float:
        """Variance of a metric of `totals` by linearisation, patients being drawn at random.

        The metric must not change when all counts are multiplied (every ratio of counts): then patients' influences
        sum to zero. Derivatives by complex step (Squire and Trapp 1998, SIAM Review 40:110), exact to rounding.
        """
        size = len(self.totals)
        step = 1e-30
        gradient = np.array([np.imag(metric(self.totals + 1j * step * row)) / step for row in np.eye(size)])
        patients = self.patients
        return float(gradient @ self.moments @ gradient) * patients / max(patients - 1, 1)


def tally(called: NDArray[np.bool_], true: NDArray[np.bool_], patients: NDArray[np.int64], n_patients: int) -> Tally:
    """Cells of every label, one after the other: d = 4 labels. called, true: bool (n, labels); patients: (n,)."""
    size = 4 * true.shape[1]
    totals, moments = np.zeros(size), np.zeros((size, size))
    order = None if n_patients == len(patients) else np.argsort(patients, kind="stable")
    start = 0
    while start < len(patients):
        rows, end = _block(order, patients, start)
        cells = _cells(called[rows], true[rows])
        if order is not None:
            firsts = np.flatnonzero(np.diff(patients[rows], prepend=-1))
            cells = np.add.reduceat(cells, firsts, axis=0)
        totals += cells.sum(axis=0)
        moments += cells.T @ cells
        start = end
    return Tally(totals, moments, len(patients), n_patients)


def _block(
    order: NDArray[np.intp] | None, patients: NDArray[np.int64], start: int
) -> tuple[slice | NDArray[np.intp], int]:
    """The next cases, none of whose patients has cases elsewhere, and where those after them start."""
    end = min(start + AT_ONCE, len(patients))
    if order is None:
        return slice(start, end), end
    while end < len(patients) and patients[order[end]] == patients[order[end - 1]]:
        end += 1
    return order[start:end], end


def _cells(called: NDArray[np.bool_], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    parts = np.stack([called & true, called & ~true, ~called & true, ~called & ~true], axis=2)
    return parts.reshape(len(called), -1).astype(np.float64)


def recall(cells: Cells) -> Cells:
    """Sensitivity: the share of cases with the label that are called."""
    hits, _, missed, _ = _four(cells)
    return hits / (hits + missed)


def specificity(cells: Cells) -> Cells:
    """The share of cases without the label that are not called."""
    _, false, _, rejected = _four(cells)
    return rejected / (rejected + false)


def precision(cells: Cells) -> Cells:
    """Positive predictive value: the share of calls that are right."""
    hits, false, _, _ = _four(cells)
    return hits / (hits + false)


def npv(cells: Cells) -> Cells:
    """Negative predictive value: the share of cases not called that lack the label."""
    _, _, missed, rejected = _four(cells)
    return rejected / (rejected + missed)


def accuracy(cells: Cells) -> Cells:
    """The share of cases called rightly, or rightly not."""
    hits, false, missed, rejected = _four(cells)
    return (hits + rejected) / (hits + false + missed + rejected)


def balanced_accuracy(cells: Cells) -> Cells:
    """Mean of recall and specificity."""
    return (recall(cells) + specificity(cells)) / 2


def f1(cells: Cells) -> Cells:
    """Harmonic mean of precision and recall."""
    hits, false, missed, _ = _four(cells)
    return 2 * hits / (2 * hits + false + missed)


def mcc(cells: Cells) -> Cells:
    """Matthews correlation coefficient (1975, BBA 405:442), the correlation of call and truth, in [-1, 1]."""
    hits, false, missed, rejected = _four(cells)
    margins = (hits + false) * (hits + missed) * (rejected + false) * (rejected + missed)
    return (hits * rejected - false * missed) / np.sqrt(margins)


def precision_at(prevalence: float) -> Callable[[Cells], Cells]:
    """PPV where that share of patients has the label, by Bayes' rule from recall and specificity."""

    def metric(cells: Cells) -> Cells:
        right = recall(cells) * prevalence
        return right / (right + (1 - specificity(cells)) * (1 - prevalence))

    return metric


def npv_at(prevalence: float) -> Callable[[Cells], Cells]:
    """NPV where that share of patients has the label, by Bayes' rule from recall and specificity."""

    def metric(cells: Cells) -> Cells:
        right = specificity(cells) * (1 - prevalence)
        return right / (right + (1 - recall(cells)) * prevalence)

    return metric


METRICS: dict[str, Callable[[Cells], Cells]] = {
    "accuracy": accuracy,
    "recall": recall,
    "specificity": specificity,
    "precision": precision,
    "npv": npv,
    "balanced accuracy": balanced_accuracy,
    "f1": f1,
    "mcc": mcc,
}
"""Metrics of one label's cells, by the names that cards and pages use."""


def _four(cells: Cells) -> tuple[Cells, Cells, Cells, Cells]:
    return cells[..., 0], cells[..., 1], cells[..., 2], cells[..., 3]
