"""Compute the metrics that need no threshold, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import influence_functions, metric_registry
from meddx.evaluate.arrays import Floats
from meddx.evaluate.confusion_metrics import answer_cells, tally
from meddx.evaluate.estimates import (
    CaseCounts,
    Estimate,
    case_counts,
    case_counts_over_labels,
    estimate_from_counts,
    estimate_from_influences,
)
from meddx.evaluate.influence_functions import RankedScores, Shares
from meddx.evaluate.metric import Metric, OfBins, OfCases, OfGrades, OfProbabilities, OfRanks
from meddx.evaluate.predictions import Predictions

NO_PROBABILITIES = "Not defined: the scores are no probabilities."

Estimates = dict[str, Estimate]
"""Estimates by name of the metric (meddx.evaluate.metric_registry)."""


@dataclass(frozen=True)
class ThresholdFree:
    """The metrics that need no threshold.

    overall: of all labels (means over labels: macro); micro: every (case, label) alike.
    """

    overall: Estimates
    micro: Estimates
    per_label: dict[str, Estimates]


def threshold_free(predictions: Predictions, exclusive: bool, ordered: bool = False) -> ThresholdFree:
    """Return every metric that needs no threshold.

    ordered: whether exclusive labels go from least to most (grades).
    Exclusive labels, overall: the Brier score sums over labels (Brier 1950, 0 to 2), the log loss is that of the true
    label, and the calibration error is that of the most probable label.
    """
    p, true = predictions.probabilities, predictions.targets
    of_shared = [metric for metric in metric_registry.metrics() if isinstance(metric.of, OfRanks | OfCases)]
    of_bins = [(metric, metric.of) for metric in metric_registry.metrics() if isinstance(metric.of, OfBins)]
    of_lines = [(metric, metric.of) for metric in metric_registry.metrics() if isinstance(metric.of, OfProbabilities)]
    if not predictions.are_probabilities:
        p = np.unique(p, return_inverse=True)[1].reshape(p.shape) / p.size  # the same order, within 0 to 1
    per_label: dict[str, Estimates] = {}
    by_metric: dict[str, list[Shares | None]] = {metric.name: [] for metric in of_shared}
    of_labels = []
    for column, label in enumerate(predictions.labels):
        of = case_counts(true[:, column], predictions)
        ranked = RankedScores(p[:, column], true[:, column])
        per_label[label] = {}
        for metric in of_shared:
            found = _shares(metric, ranked, predictions.patients)
            per_label[label][metric.name] = estimate_from_influences(found, predictions, metric, of)
            by_metric[metric.name].append(found)
        for metric, bins in of_bins:
            per_label[label][metric.name] = of.number(bins.function(ranked, predictions.patients))
        for metric, line in of_lines:
            per_label[label][metric.name] = of.number(
                line.function(p[:, column], true[:, column], predictions.patients)
            )
        of_labels.append(of)
    everywhere = case_counts_over_labels(of_labels)
    means = {metric.name: _over_labels(metric, by_metric[metric.name], p, true, exclusive) for metric in of_shared}
    del by_metric
    pooled = RankedScores(p.ravel(), true.ravel())
    copies = np.repeat(predictions.patients, p.shape[1])
    micro: Estimates = {}
    for metric in of_shared:
        by_case = _by_case(_shares(metric, pooled, copies), p.shape)
        micro[metric.name] = estimate_from_influences(by_case, predictions, metric, everywhere)
    micro |= {metric.name: everywhere.number(bins.function(pooled, copies)) for metric, bins in of_bins}
    overall = {
        metric.name: estimate_from_influences(means[metric.name], predictions, metric, everywhere)
        for metric in of_shared
    }
    called = p.argmax(axis=1)
    rows = np.arange(len(p))
    for metric, bins in of_bins:
        sure = RankedScores(p[rows, called], true[rows, called])
        found_of_answers = bins.function(sure, predictions.patients) if exclusive else None
        overall[metric.name] = everywhere.number(found_of_answers) if found_of_answers else micro[metric.name]
    if exclusive and ordered:
        overall |= _grades(predictions, called, everywhere)
    if not predictions.are_probabilities:
        overall, micro = _of_ranks_only(overall, everywhere), _of_ranks_only(micro, everywhere)
        per_label = {
            label: _of_ranks_only(per_label[label], of) for label, of in zip(predictions.labels, of_labels, strict=True)
        }
    return ThresholdFree(overall, micro, per_label)


def _of_ranks_only(estimates: Estimates, of: CaseCounts) -> Estimates:
    """Return the estimates with those that need probabilities not defined.

    For scores on another scale.
    """
    on_probabilities = {metric.name for metric in metric_registry.metrics() if metric.needs_probabilities}
    return {
        name: of.undefined(NO_PROBABILITIES) if name in on_probabilities else one for name, one in estimates.items()
    }


def _grades(predictions: Predictions, called: NDArray[np.intp], of: CaseCounts) -> Estimates:
    cells = answer_cells(called, predictions.targets.argmax(axis=1), len(predictions.labels))
    grades = tally(cells, predictions.patients, predictions.n_patients)
    return {
        metric.name: estimate_from_counts(grades, metric.of.function, metric, of)
        for metric in metric_registry.metrics()
        if isinstance(metric.of, OfGrades)
    }


def _shares(metric: Metric, ranked: RankedScores, patients: NDArray[np.int64]) -> Shares | None:
    """Return the metric of one label's scores with each case's share of its error.

    None where it needs cases of both kinds, and one is missing.
    """
    if isinstance(metric.of, OfCases):
        return _mean_of(metric.of.function(ranked.scores, ranked.positive))
    if not isinstance(metric.of, OfRanks) or 0 in (ranked.positives, ranked.negatives):
        return None
    return metric.of.function(ranked, patients)


def _over_labels(
    metric: Metric,
    of_labels: Sequence[Shares | None],
    p: NDArray[np.floating],
    true: NDArray[np.bool_],
    exclusive: bool,
) -> Shares | None:
    """Return the mean over labels, None where the metric of one is undefined.

    Of exclusive labels a metric of cases is computed for all labels together.
    """
    if exclusive and isinstance(metric.of, OfCases):
        return _mean_of(metric.of.of_answers(p, true))
    defined = [one for one in of_labels if one is not None]
    if len(defined) < len(of_labels):
        return None
    return Shares(float(np.mean([one.value for one in defined])), np.mean([one.of_case for one in defined], axis=0))


def _mean_of(values: Floats) -> Shares:
    value, influences = influence_functions.mean_with_influences(values)
    return Shares(value, influences / len(values))


def _by_case(one: Shares | None, shape: tuple[int, ...]) -> Shares | None:
    """Return the shares of (case, label) pairs summed by case."""
    return None if one is None else Shares(one.value, one.of_case.reshape(shape).sum(axis=1))
