"""Confusion matrices: counts of cases by true and called label."""

import numpy as np
from numpy.typing import NDArray


def exclusive_confusion(probabilities: NDArray[np.floating], targets: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the confusion matrix of labels that exclude each other, counts (labels, labels).

    Row: the true label; column: the most probable one (of equals the first).
    probabilities, targets: (n, labels), one label true in each row.
    """
    labels = targets.shape[1]
    counts = np.zeros((labels, labels), np.int64)
    np.add.at(counts, (targets.argmax(axis=1), probabilities.argmax(axis=1)), 1)
    return counts


def binary_confusion(scores: NDArray[np.floating], positive: NDArray[np.bool_], threshold: float) -> NDArray[np.int64]:
    """Return the confusion counts [[TP, FN], [FP, TN]] of calling `score >= threshold`.

    scores, positive: (n,).
    """
    called = scores >= threshold
    return np.array(
        [
            [(positive & called).sum(), (positive & ~called).sum()],
            [(~positive & called).sum(), (~positive & ~called).sum()],
        ],
        np.int64,
    )
