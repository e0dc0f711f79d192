"""Measure the effect on thresholds of replacing one version of a model by another."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from meddx.evaluate.assessment import Estimate, assess
from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.weighted_metrics import resample_blocks

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class ProbabilityShift:
    """The shift of one label's probabilities on the same cases, and its effect at the old threshold.

    old, new: quantiles (QUANTILES) of the probabilities; distance: the largest gap between the two distributions
    (Kolmogorov and Smirnov's statistic), in [0, 1]. recall, specificity: by name "old" (old version, its threshold),
    "moved" (new version at the old one's threshold), "new" (new version, its own).
    """

    label: str
    old: tuple[float, ...]
    new: tuple[float, ...]
    distance: float
    thresholds: tuple[float, float]
    recall: dict[str, Estimate]
    specificity: dict[str, Estimate]


@dataclass(frozen=True)
class Replacement:
    """A replacement of `old` by `new` for one label.

    rederived: the new threshold with the old version's sensitivity, None if unknown.
    """

    old: str
    new: str
    shift: ProbabilityShift
    rederived: Interval | None


def replacements(aligned: Aligned, validation: Aligned | None) -> Iterator[Replacement]:
    """Yield the replacement of the second by the first for every pair of scored systems, label by label.

    Consensus systems are left out. validation: the same systems on validation cases, on which thresholds are chosen;
    None where none are in common.
    """
    scored = [
        system
        for system in aligned.systems
        if system.scored
        and system.kind != "consensus"
        and system.predictions.are_probabilities
        and system.has_thresholds
    ]
    held_out = {system.id: system for system in validation.systems} if validation is not None else {}
    for new, old in combinations(scored, 2):
        for column, label in enumerate(aligned.labels):
            anew = None
            if new.id in held_out and old.id in held_out and label in held_out[old.id].labels:
                own = held_out[old.id].labels.index(label)
                anew = matched_threshold(held_out[old.id], held_out[new.id], own)
            yield Replacement(old.id, new.id, probability_shift(old, new, column), anew)


def probability_shift(old: System, new: System, column: int) -> ProbabilityShift:
    """Return the shift of one label's probabilities between two aligned systems with the same cases."""
    p = [system.predictions.probabilities[:, column] for system in (old, new)]
    borrowed = list(new.thresholds)
    borrowed[column] = old.thresholds[column]
    label = old.labels[column]
    found = {
        name: assess(system.predictions, thresholds, system.exclusive).per_label[label]
        for name, system, thresholds in (
            ("old", old, old.thresholds),
            ("moved", new, borrowed),
            ("new", new, new.thresholds),
        )
    }
    return ProbabilityShift(
        label,
        tuple(np.quantile(p[0], QUANTILES).tolist()),
        tuple(np.quantile(p[1], QUANTILES).tolist()),
        float(ks_2samp(p[0], p[1], method="asymp").statistic),
        (old.thresholds[column], new.thresholds[column]),
        {name: numbers["recall"] for name, numbers in found.items()},
        {name: numbers["specificity"] for name, numbers in found.items()},
    )


def matched_threshold(old: System, new: System, column: int, resamples: int = 1000, seed: int = 0) -> Interval:
    """Return the new version's threshold that keeps the old one's sensitivity, with a bootstrap interval.

    old, new: aligned on common validation cases, never on the test cases the result is reported on. It is the highest
    threshold at which the new version finds at least as many of the positives as the old one at its own.
    """
    positive = old.predictions.targets[:, column]
    before = old.predictions.probabilities[positive, column] >= old.thresholds[column]
    scores = new.predictions.probabilities[positive, column]
    order = np.argsort(-scores, kind="stable")
    value = _reaching(scores[order], np.ones((1, len(order))), before[order])[0]
    blocks = resample_blocks(old.predictions.patients, resamples, seed)
    drawn = np.concatenate([_reaching(scores[order], block[:, positive][:, order], before[order]) for block in blocks])
    low, high = np.percentile(drawn[np.isfinite(drawn)], [2.5, 97.5])
    method = f"percentile bootstrap over {old.predictions.n_patients} patients, {resamples} resamples"
    return Interval(float(value), float(low), float(high), method)


def _reaching(
    scores: NDArray[np.float64], weights: NDArray[np.float64], before: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the highest score at which the called weight reaches the weight of `before`, (resamples,)."""
    wanted = weights @ before.astype(np.float64)
    called = np.cumsum(weights, axis=1)
    first = np.minimum((called < wanted[:, None] - 1e-9).sum(axis=1), len(scores) - 1)
    found = np.where(wanted > 0, scores[first], np.nan)
    return np.asarray(found, np.float64)
