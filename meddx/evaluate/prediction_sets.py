"""Measure the coverage by class and the size of the card's prediction sets on a set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.estimates import Estimate, proportion
from meddx.evaluate.exact_interval import PROPORTION_INTERVALS
from meddx.evaluate.predictions import Predictions


@dataclass(frozen=True)
class PredictionSets:
    """The coverage and sizes of prediction sets.

    target_coverage: the coverage that the quantiles were chosen for, None when unknown.
    coverage: label -> share of the cases where it is true whose set holds it; sizes: (labels + 1,) cases whose set has
    0, 1, ... labels; singly: share of cases whose set is one label, and how often that label is then true (`right`).
    mean_size: labels in a set.
    """

    target_coverage: float | None
    coverage: dict[str, Estimate]
    sizes: NDArray[np.int64]
    mean_size: float
    singly: Estimate
    right: Estimate


def prediction_sets(
    predictions: Predictions,
    quantiles: Sequence[float],
    target_coverage: float | None = None,
    *,
    proportions: str = "wilson",
) -> PredictionSets:
    """Return the coverage and sizes of the class-conditional prediction sets.

    A set is the labels with 1 - p <= quantile (Sadinle, Lei and Wasserman 2019, JASA 114:223).
    quantiles: one a label, from the model's card. Coverage is by class, since coverage over all cases together can be
    kept while rare classes are missed. proportions: the interval of shares, by its name in PROPORTION_INTERVALS.
    """
    interval = PROPORTION_INTERVALS[proportions]
    inside = 1 - predictions.probabilities <= np.asarray(quantiles, np.float64)
    size = inside.sum(axis=1)
    coverage = {
        label: proportion(inside[:, column], predictions.targets[:, column], predictions, interval)
        for column, label in enumerate(predictions.labels)
    }
    one = size == 1
    covered = np.any(inside & predictions.targets, axis=1)
    return PredictionSets(
        target_coverage,
        coverage,
        np.bincount(size, minlength=len(predictions.labels) + 1),
        float(size.mean()),
        proportion(one, np.ones(len(size), bool), predictions, interval),
        proportion(covered, one, predictions, interval),
    )
