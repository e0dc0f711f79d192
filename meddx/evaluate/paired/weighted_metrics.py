"""Compute metrics of many resamples at once, a resample being a weight (times drawn) for every case.

Everything here takes weights (resamples, n) and gives (resamples,), NaN where a resample leaves the metric undefined.
Weights of one give what meddx.evaluate.assessment gives for the cases as they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.arrays import Floats
from meddx.evaluate.confusion_metrics import Counts

BLOCK_CELLS = 4_000_000
"""Most weights in a block of resamples."""

Scored = TypeVar("Scored")
"""Input of a metric: LabelScores of one label, one for each label, or probabilities."""


@dataclass(frozen=True)
class LabelScores:
    """The scores, calls and truth of one label against the rest.

    scores: (n,) in [0, 1]; called, positive: bool (n,).
    """

    scores: NDArray[np.float64]
    called: NDArray[np.bool_]
    positive: NDArray[np.bool_]

    def counts(self, weights: Floats) -> Floats:
        """Return the confusion counts (resamples, 4), cached for the last array of several resamples."""
        if self._kept and self._kept[0] is weights:
            return self._kept[1]
        called, positive = self.called, self.positive
        cells = np.stack((called & positive, called & ~positive, ~called & positive, ~called & ~positive), axis=1)
        counts: Floats = weights @ cells.astype(np.float64)
        if len(weights) > 1:
            self._kept[:] = weights, counts
        return counts

    _kept: list[Floats] = field(default_factory=list, repr=False, compare=False)


def resample_weights(patients: NDArray[np.int64], resamples: int, seed: int = 0) -> Floats:
    """Return weights (resamples, n) of whole patients drawn with replacement (Field and Welsh 2007).

    patients: (n,) numbers from 0.
    """
    return np.concatenate(list(resample_blocks(patients, resamples, seed)))


def resample_blocks(patients: NDArray[np.int64], resamples: int, seed: int = 0) -> Iterator[Floats]:
    """Yield the rows of resample_weights in blocks that need little memory, however many cases there are."""
    many = int(patients.max()) + 1
    generator = np.random.default_rng(seed)
    block = max(1, BLOCK_CELLS // len(patients))
    for start in range(0, resamples, block):
        drawn = generator.multinomial(many, np.full(many, 1 / many), min(block, resamples - start))
        yield drawn[:, patients].astype(np.float64)


def counts_metric(metric: Callable[[Counts], Counts]) -> Callable[[LabelScores, Floats], Floats]:
    """Return a metric of confusion counts (meddx.evaluate.confusion_metrics) as one of resamples."""

    def found(question: LabelScores, weights: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            value: Floats = metric(question.counts(weights))
        return value

    return found


def weighted_average_precision(question: LabelScores, weights: Floats) -> Floats:
    """Return the mean precision over the positives in order of score, ties as one step (as scikit-learn does)."""
    order = np.argsort(-question.scores, kind="stable")
    last = np.append(np.diff(question.scores[order]) != 0, True)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * question.positive[order], axis=1)[:, last]
    called = np.cumsum(drawn, axis=1)[:, last]
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(called > 0, np.diff(hits, axis=1, prepend=0.0) * hits / called, 0.0)
        found: Floats = steps.sum(axis=1) / hits[:, -1]
    return found


def sensitivity_at(question: LabelScores, weights: Floats, specificity: float) -> Floats:
    """Return the highest sensitivity at any threshold with this specificity or above, chosen in each resample."""
    order = np.argsort(-question.scores, kind="stable")
    last = np.append(np.diff(question.scores[order]) != 0, True)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * question.positive[order], axis=1)
    false = np.cumsum(drawn * ~question.positive[order], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        allowed = (false[:, last] <= (1 - specificity) * false[:, -1:] + 1e-9).sum(axis=1)
        reached = np.concatenate([np.zeros((len(drawn), 1)), hits[:, last]], axis=1)
        found: Floats = reached[np.arange(len(drawn)), allowed] / hits[:, -1]
    return found
