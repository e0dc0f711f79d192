"""How the card's prediction sets fare on a set: whether each class is covered as often as intended, and how large they
are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.estimates import Estimate, proportion
from meddx.evaluate.predictions import Predictions


@dataclass(frozen=True)
class PredictionSets:
    """target_coverage: the coverage that the quantiles were chosen for, None when unknown.

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
    predictions: Predictions, quantiles: Sequence[float], target_coverage: float | None = None
) -> PredictionSets:
    """Class-conditional sets of Sadinle, Lei and Wasserman 2019 (JASA 114:223): the labels with 1 - p <= quantile.

    quantiles: one a label, from the model's card. Coverage by class, since a promise for all cases together can be
    kept by failing the rare ones.
    """
    inside = 1 - predictions.probabilities <= np.asarray(quantiles, np.float64)
    size = inside.sum(axis=1)
    coverage = {
        label: proportion(inside[:, column], predictions.targets[:, column], predictions)
        for column, label in enumerate(predictions.labels)
    }
    one = size == 1
    covered = np.any(inside & predictions.targets, axis=1)
    return PredictionSets(
        target_coverage,
        coverage,
        np.bincount(size, minlength=len(predictions.labels) + 1),
        float(size.mean()),
        proportion(one, np.ones(len(size), bool), predictions),
        proportion(covered, one, predictions),
    )
