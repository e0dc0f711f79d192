"""Tell whether a network's outputs are in the order of the labels, by how well each tells each class from the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata

LEAST_GAIN = 0.05
"""Mean AUROC that another order must gain to be told: less may be chance."""


@dataclass(frozen=True)
class LabelOrder:
    """How outputs and labels go together.

    order: for each label the output that tells it best, all different. auroc: mean over labels as they are named;
    best: in `order`.
    """

    order: tuple[int, ...]
    auroc: float
    best: float

    @property
    def looks_swapped(self) -> bool:
        """Return whether another order of the labels tells them clearly better."""
        return self.best - self.auroc >= LEAST_GAIN and self.order != tuple(range(len(self.order)))


def label_order(scores: NDArray[np.floating], targets: NDArray[np.bool_]) -> LabelOrder:
    """Return the order of the outputs in which they tell the labels best. scores, targets: (n, labels)."""
    areas = np.array([[auroc_or_half(output, true) for output in scores.T] for true in targets.T])
    labels, outputs = linear_sum_assignment(-areas)
    return LabelOrder(
        tuple(int(output) for output in outputs),
        float(np.mean(np.diagonal(areas))),
        float(np.mean(areas[labels, outputs])),
    )


def auroc_or_half(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Return the AUROC of scores (n,), 0.5 where all cases are of one kind or a score is not finite."""
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives or not np.isfinite(scores).all():
        return 0.5
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))
