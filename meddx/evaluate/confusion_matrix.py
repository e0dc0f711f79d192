"""Which label was called when which was true: counts of cases."""

import numpy as np
from numpy.typing import NDArray


def exclusive_confusion(probabilities: NDArray[np.floating], targets: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Counts (labels, labels), row: the true label, column: the most probable one (of equals the first).

    probabilities, targets: (n, labels), one label true in each row.
    """
    labels = targets.shape[1]
    counts = np.zeros((labels, labels), np.int64)
    np.add.at(counts, (targets.argmax(axis=1), probabilities.argmax(axis=1)), 1)
    return counts


def binary_confusion(scores: NDArray[np.floating], positive: NDArray[np.bool_], threshold: float) -> NDArray[np.int64]:
    """Counts [[hits, missed], [false alarms, rejected]] of `score >= threshold`. scores, positive: (n,)."""
    called = scores >= threshold
    return np.array(
        [
            [(positive & called).sum(), (positive & ~called).sum()],
            [(~positive & called).sum(), (~positive & ~called).sum()],
        ],
        np.int64,
    )
