"""Metrics of many resamples at once: a resample is a weight for every case, how often it was drawn.

Everything here takes weights (resamples, n) and gives (resamples,), NaN where a resample leaves the metric undefined.
Weights of one give what meddx.evaluate.metrics gives for the cases as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.confusion_metrics import METRICS, Counts

FloatArray = NDArray[np.float64]
Scored = TypeVar("Scored")
"""What a metric is of: a question, one for each label, or probabilities."""


@dataclass(frozen=True)
class LabelScores:
    """One label against the rest. scores: (n,) in [0, 1]; called, positive: bool (n,)."""

    scores: NDArray[np.float64]
    called: NDArray[np.bool_]
    positive: NDArray[np.bool_]


def resample_weights(patients: NDArray[np.int64], resamples: int, seed: int = 0) -> FloatArray:
    """Weights (resamples, n): whole patients drawn with replacement (Field and Welsh 2007). patients: (n,) from 0."""
    many = int(patients.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), resamples)
    return drawn[:, patients].astype(np.float64)


def counts_metric(metric: Callable[[Counts], Counts]) -> Callable[[LabelScores, FloatArray], FloatArray]:
    """A metric of hits, false alarms, misses and rejections (meddx.evaluate.confusion_metrics)."""

    def found(question: LabelScores, weights: FloatArray) -> FloatArray:
        called, positive = question.called, question.positive
        kinds = (called & positive, called & ~positive, ~called & positive, ~called & ~positive)
        with np.errstate(divide="ignore", invalid="ignore"):
            value: FloatArray = metric(weights @ np.stack(kinds, axis=1).astype(np.float64))
        return value

    return found


def weighted_average_precision(question: LabelScores, weights: FloatArray) -> FloatArray:
    """Mean precision over the positives in order of score, ties as one step (as scikit-learn does)."""
    order = np.argsort(-question.scores, kind="stable")
    last = np.append(np.diff(question.scores[order]) != 0, True)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * question.positive[order], axis=1)[:, last]
    called = np.cumsum(drawn, axis=1)[:, last]
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(called > 0, np.diff(hits, axis=1, prepend=0.0) * hits / called, 0.0)
        found: FloatArray = steps.sum(axis=1) / hits[:, -1]
    return found


def sensitivity_at(question: LabelScores, weights: FloatArray, specificity: float) -> FloatArray:
    """The highest sensitivity at any threshold of at least this specificity, which is chosen anew each time."""
    order = np.argsort(-question.scores, kind="stable")
    last = np.append(np.diff(question.scores[order]) != 0, True)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * question.positive[order], axis=1)
    false = np.cumsum(drawn * ~question.positive[order], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        allowed = (false[:, last] <= (1 - specificity) * false[:, -1:] + 1e-9).sum(axis=1)
        reached = np.concatenate([np.zeros((len(drawn), 1)), hits[:, last]], axis=1)
        found: FloatArray = reached[np.arange(len(drawn)), allowed] / hits[:, -1]
    return found


OF_LABEL: dict[str, Callable[[LabelScores, FloatArray], FloatArray]] = {
    **{name: counts_metric(metric) for name, metric in METRICS.items()},
    "average precision": weighted_average_precision,
}
"""Metrics of one label against the rest, by the names that cards and pages use."""
