"""Every metric of a model on a set with its 95 % interval, over all labels and for each label.

`threshold_free` computes what does not depend on a threshold and `assess` adds the rest; a page that moves a threshold
computes the first once and passes it to the second.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import metric_registry
from meddx.evaluate.class_names import class_of_interest
from meddx.evaluate.confusion_matrix import exclusive_confusion
from meddx.evaluate.confusion_metrics import FN, TP, Counts, Tally, label_cells, tally
from meddx.evaluate.estimates import CaseCounts, Estimate, case_counts, case_counts_over_labels, estimate_from_counts
from meddx.evaluate.exact_interval import PROPORTION_INTERVALS, ProportionInterval
from meddx.evaluate.metric import AtPrevalence, OfCalls, OfCounts
from meddx.evaluate.metric_registry import in_order
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.threshold_free import Estimates, ThresholdFree, threshold_free

OF_INTEREST = ("recall", "specificity", "precision", "npv", "f1", "average precision")
"""Metrics whose value depends on which label of an exclusive pair is the one of interest."""
WHICH = "Not defined: nobody says which of the two labels is the one of interest (--positive LABEL does)."
NO_THRESHOLD = "Not defined: no threshold is stated (--threshold LABEL=VALUE states one)."

__all__ = ["Assessment", "Estimate", "Estimates", "ThresholdFree", "assess", "threshold_free"]


@dataclass(frozen=True)
class Assessment:
    """All measurements on one set of predictions.

    overall: accuracy of the whole answer, and means over labels (macro) of the rest; micro: every (case, label) alike.
    Exclusive labels: these two count the most probable label as called, per_label each label at its own threshold.
    confusion: (labels, labels) counts of the true label (row) and the most probable one; None for independent labels.
    cells: label -> [[TP, FN], [FP, TN]] at its threshold. prevalence: what the PPV and NPV "at
    prevalence" are for, None when not asked for. patients: how many different ones; fewer than n when they repeat.
    thresholds: NaN where there is none. positive: the label of interest, whose numbers `headline` gives.
    """

    labels: tuple[str, ...]
    n: int
    patients: int
    exclusive: bool
    thresholds: tuple[float, ...]
    prevalence: float | None
    overall: Estimates
    micro: Estimates
    per_label: dict[str, Estimates]
    confusion: NDArray[np.int64] | None
    cells: dict[str, NDArray[np.int64]]
    positive: str | None = None

    @property
    def headline(self) -> Estimates:
        """Return the numbers to report first: those of the label of interest, else means over labels.

        Accuracy is that of the whole answer. For two labels that exclude each other, the means of sensitivity and
        specificity are the same number: where the label of interest is not stated, what depends on it is not defined.
        """
        if self.positive is not None:
            return self.overall | self.per_label[self.positive] | {"accuracy": self.overall["accuracy"]}
        if not (self.exclusive and len(self.labels) == 2):
            return self.overall
        open_ = {name: _without_interest(number) for name, number in self.overall.items() if name in OF_INTEREST}
        return self.overall | open_ | {"brier": self.per_label[self.labels[0]]["brier"]}


def _without_interest(number: Estimate) -> Estimate:
    return replace(number, value=math.nan, low=math.nan, high=math.nan, method="none", reliable=False, reason=WHICH)


def assess(
    predictions: Predictions,
    thresholds: Sequence[float],
    exclusive: bool,
    *,
    ordered: bool = False,
    prevalence: float | None = None,
    known: ThresholdFree | None = None,
    positive: str | None = None,
    proportions: str = "wilson",
) -> Assessment:
    """Return every metric of the registry with its interval, in the registry's order.

    thresholds: one a label; called at or above it, NaN where there is none (what needs one is then not defined).
    positive: the label of interest; of two that exclude each other by default the one that is not called normal.
    ordered: whether exclusive labels go from least to most (grades), for the quadratic kappa.
    prevalence: share of patients with the label, in (0, 1), for PPV and NPV elsewhere.
    proportions: the interval of proportions of one label's cases, by its name in PROPORTION_INTERVALS.
    known: the result of `threshold_free` for the same predictions, so that it is not computed again.
    """
    known = known or threshold_free(predictions, exclusive, ordered)
    p, true = predictions.probabilities, predictions.targets
    at_threshold = p >= np.asarray(thresholds, np.float64)
    per_label: dict[str, Estimates] = {}
    cells = {}
    of_labels = []
    for column, label in enumerate(predictions.labels):
        of = case_counts(true[:, column], predictions)
        one = _tallied(predictions, at_threshold[:, [column]], true[:, [column]])
        hits, false, missed, rejected = one.totals.astype(np.int64)
        cells[label] = np.array([[hits, missed], [false, rejected]])
        of_threshold = _label_numbers(one, prevalence, of, PROPORTION_INTERVALS[proportions])
        of_threshold |= _of_calls(at_threshold[:, column], true[:, column], predictions, of)
        if math.isnan(thresholds[column]):
            of_threshold = {name: of.undefined(NO_THRESHOLD) for name in of_threshold}
        per_label[label] = in_order(known.per_label[label] | of_threshold)
        of_labels.append(of)
    called = np.eye(p.shape[1], dtype=bool)[p.argmax(axis=1)] if exclusive else at_threshold
    all_labels = _tallied(predictions, called, true)
    everywhere = case_counts_over_labels(of_labels)
    overall, micro = (_over_labels(all_labels, everywhere, exclusive, micro=kind) for kind in (False, True))
    if not exclusive and any(math.isnan(threshold) for threshold in thresholds):
        overall = micro = {name: everywhere.undefined(NO_THRESHOLD) for name in overall}
    if positive is None and exclusive:
        positive = class_of_interest(predictions.labels)
    return Assessment(
        predictions.labels,
        len(predictions),
        predictions.n_patients,
        exclusive,
        tuple(float(t) for t in thresholds),
        prevalence,
        in_order(known.overall | overall),
        in_order(known.micro | micro),
        per_label,
        exclusive_confusion(p, true) if exclusive else None,
        cells,
        positive,
    )


def _tallied(predictions: Predictions, called: NDArray[np.bool_], true: NDArray[np.bool_]) -> Tally:
    return tally(label_cells(called, true), predictions.patients, predictions.n_patients)


def _label_numbers(one: Tally, prevalence: float | None, of: CaseCounts, interval: ProportionInterval) -> Estimates:
    numbers: Estimates = {}
    for metric in metric_registry.metrics():
        if isinstance(metric.of, OfCounts):
            numbers[metric.name] = estimate_from_counts(one, metric.of.function, metric, of, interval)
        elif isinstance(metric.of, AtPrevalence) and prevalence is not None:
            numbers[metric.name] = estimate_from_counts(one, metric.of.function(prevalence), metric, of)
    return numbers


def _of_calls(
    called: NDArray[np.bool_], true: NDArray[np.bool_], predictions: Predictions, of: CaseCounts
) -> Estimates:
    return {
        metric.name: of.number(metric.of.function(called, true, predictions.patients))
        for metric in metric_registry.metrics()
        if isinstance(metric.of, OfCalls)
    }


def _over_labels(all_labels: Tally, everywhere: CaseCounts, exclusive: bool, micro: bool) -> Estimates:
    numbers: Estimates = {}
    for metric in metric_registry.metrics():
        if isinstance(metric.of, OfCounts):
            of = metric.of
            together = _pooled(of) if micro else _right_answers if exclusive and of.of_answers else _mean(of)
            numbers[metric.name] = estimate_from_counts(all_labels, together, metric, everywhere)
    return numbers


def _pooled(of: OfCounts) -> Callable[[Counts], Counts]:
    return lambda totals: of.function(_by_label(totals).sum(axis=-2))


def _mean(of: OfCounts) -> Callable[[Counts], Counts]:
    return lambda totals: of.function(_by_label(totals)).mean(axis=-1)


def _right_answers(totals: Counts) -> Counts:
    """Return the share of cases whose true label is the one called."""
    cells = _by_label(totals)
    return cells[..., TP].sum(axis=-1) / (cells[..., TP] + cells[..., FN]).sum(axis=-1)


def _by_label(totals: Counts) -> Counts:
    """Return the counts of shape (..., 4 labels) as (..., labels, 4)."""
    return totals.reshape(*totals.shape[:-1], -1, 4)
