"""How good a model was on a set: every number with its 95 % interval, over all labels and for each.

`scored` holds what no threshold moves, `assess` adds the rest; a page that moves a threshold computes the first once
and hands it to the second.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import counts, influence
from meddx.evaluate.calibration import expected_calibration_error
from meddx.evaluate.confusion import exclusive_confusion
from meddx.evaluate.counts import Cells, Tally, tally
from meddx.evaluate.influence import Ranked
from meddx.evaluate.intervals import Interval, on_log_scale, on_logit_scale, wilson
from meddx.evaluate.predictions import Predictions

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are kept so far from 0 and 1 in the log loss, as scikit-learn does."""

FEWEST = 10
"""Cases of each kind below which no interval is to be relied on: docs/intervals.md."""


@dataclass(frozen=True)
class Number:
    """A metric with its 95 % interval [low, high] and the method that gave it; NaN where it is not defined.

    n: cases it was measured on; positives: how many of them have the label (None over several labels).
    reliable: whether the interval holds what it promises; if not, `reason` says why, in one sentence.
    """

    value: float
    low: float
    high: float
    method: str
    n: int
    positives: int | None
    reliable: bool
    reason: str = ""


Numbers = dict[str, Number]
"""By name: those of meddx.evaluate.counts.METRICS, "auroc", "average precision", "brier", "log loss",
"expected calibration error", "quadratic kappa", "precision at prevalence", "npv at prevalence"."""


@dataclass(frozen=True)
class Scored:
    """What no threshold moves. overall: of all labels (means over labels: macro); micro: every (case, label) alike."""

    overall: Numbers
    micro: Numbers
    per_label: dict[str, Numbers]


@dataclass(frozen=True)
class Assessment:
    """Everything measured on one set of predictions.

    overall: accuracy of the whole answer, and means over labels (macro) of the rest; micro: every (case, label) alike.
    Exclusive labels: these two take the most probable label as called, per_label each label at its own threshold.
    confusion: (labels, labels) counts of the true label (row) and the most probable one; None for independent labels.
    cells: label -> [[hits, missed], [false alarms, rejected]] at its threshold. prevalence: what the PPV and NPV "at
    prevalence" are for, None when not asked for. patients: how many different ones; fewer than n when they repeat.
    """

    labels: tuple[str, ...]
    n: int
    patients: int
    exclusive: bool
    thresholds: tuple[float, ...]
    prevalence: float | None
    overall: Numbers
    micro: Numbers
    per_label: dict[str, Numbers]
    confusion: NDArray[np.int64] | None
    cells: dict[str, NDArray[np.int64]]


def assess(
    predictions: Predictions,
    thresholds: Sequence[float],
    exclusive: bool,
    *,
    ordered: bool = False,
    prevalence: float | None = None,
    known: Scored | None = None,
) -> Assessment:
    """Every metric with its interval.

    thresholds: one a label; called at or above it. ordered: whether exclusive labels go from least to most (grades),
    for the quadratic kappa. prevalence: share of patients with the label, in (0, 1), for PPV and NPV elsewhere.
    known: what `scored` gave for the same predictions, so that it is not computed again.
    """
    known = known or scored(predictions, exclusive)
    p, true = predictions.probabilities, predictions.targets
    at_threshold = p >= np.asarray(thresholds, np.float64)
    per_label: dict[str, Numbers] = {}
    cells = {}
    for column, label in enumerate(predictions.labels):
        one = _tallied(predictions, at_threshold[:, [column]], true[:, [column]])
        hits, false, missed, rejected = one.totals.astype(np.int64)
        cells[label] = np.array([[hits, missed], [false, rejected]])
        per_label[label] = known.per_label[label] | _label_numbers(one, prevalence)
    called = np.eye(p.shape[1], dtype=bool)[p.argmax(axis=1)] if exclusive else at_threshold
    all_labels = _tallied(predictions, called, true)
    return Assessment(
        predictions.labels,
        len(predictions),
        predictions.n_patients,
        exclusive,
        tuple(float(t) for t in thresholds),
        prevalence,
        known.overall | _over_labels(all_labels, exclusive, micro=False),
        known.micro | _over_labels(all_labels, exclusive, micro=True),
        per_label,
        exclusive_confusion(p, true) if exclusive else None,
        cells,
    )


def scored(predictions: Predictions, exclusive: bool) -> Scored:
    """AUROC, average precision, Brier score, log loss and calibration error, which no threshold moves."""
    p, true = predictions.probabilities, predictions.targets
    per_label: dict[str, Numbers] = {}
    sums: dict[str, list[Statistic]] = {}
    for column, label in enumerate(predictions.labels):
        found = _statistics(Ranked(p[:, column], true[:, column]))
        positives = int(true[:, column].sum())
        per_label[label] = {name: _of_influence(one, predictions, positives, name) for name, one in found.items()}
        for name, one in found.items():
            sums.setdefault(name, []).append(one)
    means = {name: _mean_statistic(of_labels) for name, of_labels in sums.items()}
    if exclusive:
        means["brier"] = influence.mean(((p - true) ** 2).sum(axis=1))
        means["log loss"] = influence.mean(-np.log(np.clip(p[true], EPSILON, 1)))
    overall = {name: _of_influence(one, predictions, None, name) for name, one in means.items()}
    ece = expected_calibration_error(predictions, exclusive)
    overall["expected calibration error"] = _undefined(len(predictions), None, "no interval yet", ece)
    pooled = _statistics(Ranked(p.ravel(), true.ravel()))
    micro = {
        name: _of_influence(
            None if one is None else (one[0], one[1].reshape(p.shape).mean(axis=1)), predictions, None, name
        )
        for name, one in pooled.items()
    }
    return Scored(overall, micro, per_label)


Statistic = tuple[float, NDArray[np.float64]] | None
"""Value and (n,) influences; None where it is not defined."""


def _statistics(ranked: Ranked) -> dict[str, Statistic]:
    both = 0 not in (ranked.positives, ranked.negatives)
    p, y = ranked.scores, ranked.positive
    return {
        "auroc": influence.auroc(ranked) if both else None,
        "average precision": influence.average_precision(ranked) if both else None,
        "brier": influence.mean((p - y) ** 2),
        "log loss": influence.mean(-np.log(np.clip(np.where(y, p, 1 - p), EPSILON, 1))),
    }


def _mean_statistic(of_labels: list[Statistic]) -> Statistic:
    defined = [one for one in of_labels if one is not None]
    if len(defined) < len(of_labels):
        return None
    return float(np.mean([value for value, _ in defined])), np.mean([cases for _, cases in defined], axis=0)


def _of_influence(one: Statistic, predictions: Predictions, positives: int | None, name: str) -> Number:
    if one is None:
        return _undefined(len(predictions), positives, "Not defined: cases with and without the label are needed.")
    value, cases = one
    found = influence.variance(cases, predictions.patients, predictions.n_patients)
    interval = on_logit_scale(value, found) if name in ("auroc", "average precision") else on_log_scale(value, found)
    return _with_reliability(interval, len(predictions), positives)


def _tallied(predictions: Predictions, called: NDArray[np.bool_], true: NDArray[np.bool_]) -> Tally:
    return tally(called, true, predictions.patients, predictions.n_patients)


def _label_numbers(one: Tally, prevalence: float | None) -> Numbers:
    metrics = dict(counts.METRICS)
    if prevalence is not None:
        metrics |= {"precision at prevalence": counts.precision_at(prevalence)}
        metrics |= {"npv at prevalence": counts.npv_at(prevalence)}
    hits, _, missed, _ = one.totals
    return {name: _number(one, metric, int(hits + missed), name) for name, metric in metrics.items()}


def _over_labels(all_labels: Tally, exclusive: bool, micro: bool) -> Numbers:
    numbers = {}
    for name, metric in counts.METRICS.items():

        def over(totals: Cells, metric: Callable[[Cells], Cells] = metric) -> Cells:
            cells = totals.reshape(*totals.shape[:-1], -1, 4)
            return metric(cells.sum(axis=-2)) if micro else metric(cells).mean(axis=-1)

        numbers[name] = _number(all_labels, over, None, name)
    if exclusive and not micro:
        numbers["accuracy"] = _number(all_labels, _share_right, None, "accuracy")
    return numbers


def _share_right(totals: Cells) -> Cells:
    """Cases whose one label was the one called."""
    cells = totals.reshape(*totals.shape[:-1], -1, 4)
    return cells[..., 0].sum(axis=-1) / (cells[..., 0] + cells[..., 2]).sum(axis=-1)


def _number(one: Tally, metric: Callable[[Cells], Cells], positives: int | None, name: str) -> Number:
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(np.real(metric(one.totals)))
        variance = one.variance(metric) if math.isfinite(value) else math.nan
    if not math.isfinite(value):
        return _undefined(one.cases, positives, "Not defined: there is no case to count.")
    interval = on_logit_scale(value, variance, -1.0 if name == "mcc" else 0.0)
    if name in ("recall", "specificity", "precision", "npv", "accuracy") and positives is not None:
        denominator = value * (1 - value) / variance if variance > 0 else one.cases
        interval = wilson(value * denominator, denominator)
    return _with_reliability(interval, one.cases, positives)


def _with_reliability(interval: Interval, n: int, positives: int | None) -> Number:
    reliable = positives is None or FEWEST <= positives <= n - FEWEST
    reason = "" if reliable else f"Fewer than {FEWEST} cases with or without the label: do not rely on the interval."
    return Number(interval.value, interval.low, interval.high, interval.method, n, positives, reliable, reason)


def _undefined(n: int, positives: int | None, reason: str, value: float = math.nan) -> Number:
    return Number(value, math.nan, math.nan, "none", n, positives, False, reason)
