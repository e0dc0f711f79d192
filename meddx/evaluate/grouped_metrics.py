"""Metrics of every group of cases, for many groupings at once, as permutation tests need them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import metric_registry
from meddx.evaluate.arrays import Floats
from meddx.evaluate.calibration import expected_calibration_error
from meddx.evaluate.confusion_metrics import Counts
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.metric import OfBins, OfCases, OfCounts, OfRanks
from meddx.evaluate.predictions import Predictions

Groups = NDArray[np.integer]
Bools = NDArray[np.bool_]
GroupedMetric = Callable[[Groups, int], Floats]
"""Groupings (rows, n), each case's group from 0, and number of groups -> (rows, groups) values, NaN if undefined."""

GIVEN_TRUTH = frozenset({"auroc", "recall", "specificity", "balanced accuracy"})
"""Metrics that do not change with the share of cases that have the label."""


def grouped_metric(
    predictions: Predictions, thresholds: tuple[float, ...], exclusive: bool, metric: str, label: str | None
) -> GroupedMetric:
    """Return the metric that meddx.evaluate.assessment.assess gives under this name, as a function of groupings.

    label: None over all labels (means over labels, but accuracy, losses and calibration error of the whole answer).
    Raises TypeError for a metric that is not measured in groups.
    """
    p, true, of = predictions.probabilities, predictions.targets, metric_registry.row(metric).of
    columns = list(range(p.shape[1])) if label is None else [predictions.labels.index(label)]
    over = label is None and exclusive
    if isinstance(of, OfCases):
        return grouped_mean(
            of.of_answers(p, true)
            if over
            else np.mean([of.function(p[:, column], true[:, column]) for column in columns], axis=0)
        )
    if isinstance(of, OfBins):
        return _of_bins(of, metric, p[:, columns], true[:, columns], over)
    if isinstance(of, OfRanks):
        return _macro([_of_ranks(of, metric, p[:, column], true[:, column]) for column in columns])
    if not isinstance(of, OfCounts):
        raise TypeError(f"{metric} is not measured in groups")
    called = p.argmax(axis=1)[:, None] == np.arange(p.shape[1]) if over else p >= np.asarray(thresholds)
    if of.of_answers and over:
        return grouped_mean(np.asarray((called & true).any(axis=1), np.float64))
    return _macro([grouped_counts(of.function, called[:, column], true[:, column]) for column in columns])


def grouped_auroc(scores: NDArray[np.floating], positive: Bools) -> GroupedMetric:
    """Return a function that computes the area under the ROC curve of each group, ties counting half.

    scores, positive: (n,).
    """
    # Ties count half: the mean of counting them for the positives and against them.
    orders = [np.lexsort((first, scores)) for first in (positive, ~positive)]

    def areas(groups: Groups, many: int) -> Floats:
        small: Groups = groups.astype(np.uint8) if many < 256 else groups
        return np.asarray(np.mean([_ordered_areas(small[:, order], positive[order], many) for order in orders], axis=0))

    return areas


def _ordered_areas(groups: Groups, positive: Bools, many: int) -> Floats:
    """Return the areas (rows, groups) of cases in order of score, no two equal.

    groups: (rows, n).
    """
    together = np.argsort(groups, axis=1, kind="stable")
    hit = positive[together]
    places = _places(np.take_along_axis(groups, together, axis=1), many)
    others = _sums(places, (~hit).astype(np.float64), many)
    positives = _sums(places, hit.astype(np.float64), many)
    below = np.cumsum(~hit, axis=1) * hit
    before = np.cumsum(others, axis=1) - others
    with np.errstate(divide="ignore", invalid="ignore"):
        areas: Floats = (_sums(places, below.astype(np.float64), many) / positives - before) / others
    return areas


def grouped_counts(metric: Callable[[Counts], Counts], called: Bools, true: Bools) -> GroupedMetric:
    """Return a function that computes a metric of the confusion counts of each group.

    called, true: (n,).
    """
    cell = np.where(called, np.where(true, 0, 1), np.where(true, 2, 3))

    def values(groups: Groups, many: int) -> Floats:
        places = _places(groups.astype(np.int64) * 4 + cell, 4 * many)
        cells = np.bincount(places.ravel(), minlength=4 * many * len(groups)).reshape(len(groups), many, 4)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(metric(cells.astype(np.float64)), np.float64)

    return values


def grouped_mean(of_case: Floats) -> GroupedMetric:
    """Return a function that computes the mean of (n,) values in each group."""

    def means(groups: Groups, many: int) -> Floats:
        places = _places(groups, many)
        counts = _sums(places, np.ones(groups.shape), many)
        with np.errstate(divide="ignore", invalid="ignore"):
            return _sums(places, np.broadcast_to(of_case, groups.shape), many) / counts

    return means


def _macro(of_labels: list[GroupedMetric]) -> GroupedMetric:
    return lambda groups, many: np.asarray(np.mean([one(groups, many) for one in of_labels], axis=0))


def _of_ranks(of: OfRanks, metric: str, scores: NDArray[np.floating], positive: Bools) -> GroupedMetric:
    if metric == "auroc":  # all groupings at once
        return grouped_auroc(scores, positive)

    def value(ranked: RankedScores) -> float:
        if 0 in (ranked.positives, ranked.negatives):
            return float("nan")
        return of.function(ranked, np.arange(len(ranked.positive))).value

    return _by_group(value, RankedScores(scores, positive))


def _of_bins(of: OfBins, metric: str, p: Floats, true: Bools, over: bool) -> GroupedMetric:
    if over:
        rows, best = np.arange(len(p)), p.argmax(axis=1)
        p, true = p[rows, best][:, None], true[rows, best][:, None]

    def value(ranked: RankedScores) -> float:
        if metric == "expected calibration error":  # without its interval, which takes longer
            return expected_calibration_error(ranked)
        return of.function(ranked, np.arange(len(ranked.positive))).value

    labels = p.shape[1]
    of_all = _by_group(value, RankedScores(p.ravel(), true.ravel()))
    return lambda groups, many: of_all(np.repeat(groups, labels, axis=1), many)


def _by_group(statistic: Callable[[RankedScores], float], whole: RankedScores) -> GroupedMetric:
    """Return a function that computes any statistic of ranked scores, one group at a time."""

    def values(groups: Groups, many: int) -> Floats:
        found = [
            [statistic(RankedScores(whole.scores[row == at], whole.positive[row == at])) for at in range(many)]
            for row in groups
        ]
        return np.array(found)

    return values


def _places(groups: Groups, many: int) -> NDArray[np.int64]:
    """Return (rows, n) numbers that combine group and row."""
    return np.asarray(groups + many * np.arange(len(groups), dtype=np.int64)[:, None], np.int64)


def _sums(places: NDArray[np.int64], values: Floats, many: int) -> Floats:
    """Return the (rows, groups) sums of values (rows, n)."""
    rows = len(places)
    return np.asarray(np.bincount(places.ravel(), values.ravel(), many * rows).reshape(rows, many))
