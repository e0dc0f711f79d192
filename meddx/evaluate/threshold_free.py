"""What no threshold moves: areas, average precision, Brier score, log loss and calibration error, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import influence_functions
from meddx.evaluate.calibration_interval import calibration_interval
from meddx.evaluate.confusion_metrics import answer_cells, quadratic_kappa, tally
from meddx.evaluate.delong import area_of
from meddx.evaluate.estimates import (
    CaseCounts,
    Estimate,
    Influences,
    case_counts,
    case_counts_over_labels,
    estimate_from_counts,
    estimate_from_influences,
)
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.predictions import Predictions

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are kept so far from 0 and 1 in the log loss, as scikit-learn does."""

BOUNDED = ("auroc", "average precision")
ECE = "expected calibration error"
Estimates = dict[str, Estimate]
"""By name: those of meddx.evaluate.confusion_metrics.METRICS, "auroc", "average precision", "brier", "log loss",
"expected calibration error", "quadratic kappa", "precision at prevalence", "npv at prevalence"."""


@dataclass(frozen=True)
class ThresholdFree:
    """What no threshold moves. overall: of all labels (means over labels: macro); micro: every (case, label) alike."""

    overall: Estimates
    micro: Estimates
    per_label: dict[str, Estimates]


def threshold_free(predictions: Predictions, exclusive: bool, ordered: bool = False) -> ThresholdFree:
    """Every metric that needs no threshold. ordered: whether exclusive labels go from least to most (grades).

    Exclusive labels, overall: the Brier score sums over labels (Brier 1950, 0 to 2), the log loss is that of the true
    label, and the calibration error is that of the most probable label.
    """
    p, true = predictions.probabilities, predictions.targets
    per_label: dict[str, Estimates] = {}
    sums: dict[str, list[Influences | None]] = {}
    of_labels = []
    for column, label in enumerate(predictions.labels):
        of = case_counts(true[:, column], predictions)
        ranked = RankedScores(p[:, column], true[:, column])
        found = _statistics(ranked, predictions.patients)
        per_label[label] = _numbers(found, predictions, of) | {ECE: _calibration(ranked, predictions.patients, of)}
        for name, one in found.items():
            sums.setdefault(name, []).append(one)
        of_labels.append(of)
    everywhere = case_counts_over_labels(of_labels)
    means = {name: _mean(of_label) for name, of_label in sums.items()}
    del sums
    pooled = RankedScores(p.ravel(), true.ravel())
    copies = np.repeat(predictions.patients, p.shape[1])
    micro = {name: _by_case(one, p.shape) for name, one in _statistics(pooled, copies).items()}
    micro_numbers = _numbers(micro, predictions, everywhere) | {ECE: _calibration(pooled, copies, everywhere)}
    if exclusive:
        means["brier"] = _mean_of(((p - true) ** 2).sum(axis=1))
        means["log loss"] = _mean_of(-np.log(np.clip(p[true], EPSILON, 1)))
    overall = _numbers(means, predictions, everywhere) | {ECE: micro_numbers[ECE]}
    if exclusive:
        called = p.argmax(axis=1)
        rows = np.arange(len(p))
        sure = RankedScores(p[rows, called], true[rows, called])
        overall[ECE] = _calibration(sure, predictions.patients, everywhere)
        if ordered:
            cells = answer_cells(called, true.argmax(axis=1), p.shape[1])
            grades = tally(cells, predictions.patients, predictions.n_patients)
            overall["quadratic kappa"] = estimate_from_counts(grades, quadratic_kappa, "quadratic kappa", everywhere)
    return ThresholdFree(overall, micro_numbers, per_label)


def _statistics(ranked: RankedScores, patients: NDArray[np.int64]) -> dict[str, Influences | None]:
    both = 0 not in (ranked.positives, ranked.negatives)
    p, y = ranked.scores, ranked.positive
    found: dict[str, Influences | None] = {"auroc": None, "average precision": None}
    if both:
        area = area_of(ranked, patients)
        value, influences = influence_functions.average_precision_with_influences(ranked)
        found["auroc"] = Influences(area.value, area.shares)
        found["average precision"] = Influences(value, influences / len(y))
    found["brier"] = _mean_of((p - y) ** 2)
    found["log loss"] = _mean_of(-np.log(np.clip(np.where(y, p, 1 - p), EPSILON, 1)))
    return found


def _mean_of(values: NDArray[np.floating]) -> Influences:
    value, influences = influence_functions.mean(values)
    return Influences(value, influences / len(values))


def _mean(of_labels: list[Influences | None]) -> Influences | None:
    defined = [one for one in of_labels if one is not None]
    if len(defined) < len(of_labels):
        return None
    return Influences(float(np.mean([one.value for one in defined])), np.mean([one.of_case for one in defined], axis=0))


def _by_case(one: Influences | None, shape: tuple[int, ...]) -> Influences | None:
    """Of (case, label) pairs: a case's shares together."""
    return None if one is None else Influences(one.value, one.of_case.reshape(shape).sum(axis=1))


def _numbers(found: dict[str, Influences | None], predictions: Predictions, of: CaseCounts) -> Estimates:
    return {name: estimate_from_influences(one, predictions, of, name in BOUNDED) for name, one in found.items()}


def _calibration(ranked: RankedScores, patients: NDArray[np.int64], of: CaseCounts) -> Estimate:
    return of.number(calibration_interval(ranked, patients))
