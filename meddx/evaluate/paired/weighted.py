"""Metrics of many resamples at once: a resample is a weight for every case, how often it was drawn.

Everything here takes weights (resamples, n) and gives (resamples,), NaN where a resample leaves the metric undefined.
Weights of one give what meddx.evaluate.metrics gives for the cases as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.counts import METRICS, Cells

Array = NDArray[np.float64]
Asked = TypeVar("Asked")
"""What a metric is of: a question, one for each label, or probabilities."""


@dataclass(frozen=True)
class Question:
    """One label against the rest. scores: (n,) in [0, 1]; called, positive: bool (n,)."""

    scores: NDArray[np.float64]
    called: NDArray[np.bool_]
    positive: NDArray[np.bool_]


def resampled(patients: NDArray[np.int64], resamples: int, seed: int = 0) -> Array:
    """Weights (resamples, n): whole patients drawn with replacement (Field and Welsh 2007). patients: (n,) from 0."""
    many = int(patients.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), resamples)
    return drawn[:, patients].astype(np.float64)


def of_counts(metric: Callable[[Cells], Cells]) -> Callable[[Question, Array], Array]:
    """A metric of hits, false alarms, misses and rejections (meddx.evaluate.counts)."""

    def found(question: Question, weights: Array) -> Array:
        called, positive = question.called, question.positive
        kinds = (called & positive, called & ~positive, ~called & positive, ~called & ~positive)
        with np.errstate(divide="ignore", invalid="ignore"):
            value: Array = metric(weights @ np.stack(kinds, axis=1).astype(np.float64))
        return value

    return found


def average_precision(question: Question, weights: Array) -> Array:
    """Mean precision over the positives in order of score, ties as one step (as scikit-learn does)."""
    order = np.argsort(-question.scores, kind="stable")
    last = np.append(np.diff(question.scores[order]) != 0, True)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * question.positive[order], axis=1)[:, last]
    called = np.cumsum(drawn, axis=1)[:, last]
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(called > 0, np.diff(hits, axis=1, prepend=0.0) * hits / called, 0.0)
        found: Array = steps.sum(axis=1) / hits[:, -1]
    return found


def sensitivity_at(question: Question, weights: Array, specificity: float) -> Array:
    """The highest sensitivity at any threshold of at least this specificity, which is chosen anew each time."""
    order = np.argsort(-question.scores, kind="stable")
    last = np.append(np.diff(question.scores[order]) != 0, True)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * question.positive[order], axis=1)
    false = np.cumsum(drawn * ~question.positive[order], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        allowed = (false[:, last] <= (1 - specificity) * false[:, -1:] + 1e-9).sum(axis=1)
        reached = np.concatenate([np.zeros((len(drawn), 1)), hits[:, last]], axis=1)
        found: Array = reached[np.arange(len(drawn)), allowed] / hits[:, -1]
    return found


OF_LABEL: dict[str, Callable[[Question, Array], Array]] = {
    **{name: of_counts(metric) for name, metric in METRICS.items()},
    "average precision": average_precision,
}
"""Metrics of one label against the rest, by the names that cards and pages use."""
