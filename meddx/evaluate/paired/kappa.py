"""Measure agreement beyond chance: Cohen's kappa of two raters, Fleiss' kappa of several."""

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.intervals import Interval, Z, wilson


def cohen_kappa(first: NDArray[np.integer], second: NDArray[np.integer], patients: NDArray[np.int64]) -> Interval:
    """Return Cohen's kappa of two raters with its 95 % interval (Cohen 1960, Educ Psychol Meas 20:37).

    first, second: (n,) categories 0, 1, ... of the cases; patients: (n,) from 0. Interval by Fleiss, Cohen and Everitt
    1969 (Psychol Bull 72:323), eq. 13, its sum taken over patients where they repeat. NaN where both always name the
    same category: chance alone then agrees.
    """
    size = int(max(first.max(), second.max())) + 1
    table = np.zeros((size, size))
    np.add.at(table, (first, second), 1)
    table /= len(first)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    agree = first == second
    observed, chance = float(agree.mean()), float(rows @ columns)
    by_case = rows[second] + columns[first] - 2 * chance
    moved = (agree - observed, by_case)
    return _interval((observed, chance), moved, patients, "Fleiss, Cohen and Everitt")


def fleiss_kappa(counts: NDArray[np.integer], patients: NDArray[np.int64]) -> Interval:
    """Return Fleiss' kappa of several readers with its 95 % interval (Fleiss 1971, Psychol Bull 76:378).

    counts: (n, categories), how many readers chose each. Every case has the same number of readers. Interval by
    linearisation over patients (Gwet 2021, Educ Psychol Meas 81:781, in the form of influences).
    """
    readers = counts[0].sum()
    shares = counts / readers
    p = shares.mean(axis=0)
    agreed = ((counts**2).sum(axis=1) - readers) / (readers * (readers - 1))  # eq. 2
    observed, chance = float(agreed.mean()), float((p**2).sum())
    by_case = 2 * (shares @ p - chance)
    moved = (agreed - observed, by_case)
    return _interval((observed, chance), moved, patients, "linearisation")


def _interval(
    shares: tuple[float, float],
    moved: tuple[NDArray[np.float64], NDArray[np.float64]],
    patients: NDArray[np.int64],
    method: str,
) -> Interval:
    """Return kappa = (observed - chance) / (1 - chance) with its 95 % interval.

    shares: observed and chance agreement; moved: (n,) influence of each case on either.
    """
    observed, chance = shares
    if chance >= 1:
        return Interval(float("nan"), float("nan"), float("nan"), "not defined")
    kappa = (observed - chance) / (1 - chance)
    by_case = moved[0] / (1 - chance) - (1 - observed) / (1 - chance) ** 2 * moved[1]
    if observed > 1 - 1e-12:  # all agree, which leaves no spread: Wilson's lower limit of all patients
        many = int(patients.max()) + 1
        low = (wilson(many, many).low - chance) / (1 - chance)
        return Interval(kappa, max(-1.0, low), 1.0, "Wilson score of agreement")
    error = float((np.bincount(patients, by_case) ** 2).sum() ** 0.5 / len(by_case))
    if error <= 0:
        return Interval(kappa, float("nan"), float("nan"), "not defined")
    return Interval(kappa, max(-1.0, kappa - Z * error), min(1.0, kappa + Z * error), method)
