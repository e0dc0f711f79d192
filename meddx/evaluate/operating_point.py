"""Choose thresholds and prediction-set quantiles on the validation set."""

import numpy as np
from numpy.typing import NDArray

YOUDEN = "highest Youden index (sensitivity + specificity - 1), one against the rest"


def youden_threshold(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Return the threshold at which `score >= threshold` has the highest Youden index (Cancer 1950 3:32).

    scores: (n,) in [0, 1]; positive: (n,), of both kinds. The threshold is the middle of the gap between two scores, or
    the lowest score. Equal indices: the threshold nearest to 0.5.
    """
    levels = np.unique(scores)
    candidates = np.concatenate([levels[:1], (levels[1:] + levels[:-1]) / 2])
    sensitivity = 1 - np.searchsorted(np.sort(scores[positive]), candidates) / positive.sum()
    specificity = np.searchsorted(np.sort(scores[~positive]), candidates) / (~positive).sum()
    index = sensitivity + specificity
    best = candidates[np.isclose(index, index.max(), rtol=0, atol=1e-12)]
    return float(best[np.argmin(abs(best - 0.5))])


def conformal_quantile(probabilities: NDArray[np.floating], coverage: float) -> float:
    """Return the class-conditional conformal quantile of 1 - p.

    Sadinle, Lei and Wasserman 2019 (JASA 114:223), split conformal form.
    probabilities: (n,) of one label among the validation cases where it is true. The ceil((n + 1) coverage)-th
    smallest of 1 - p, or 1 (never ruled out) where n is too small to promise that coverage.
    """
    n = len(probabilities)
    # The rounding keeps (n + 1) * 0.9 from landing a hair above a whole number.
    rank = int(np.ceil(np.round((n + 1) * coverage, 9)))
    return 1.0 if rank > n else float(np.sort(1 - probabilities)[rank - 1])
