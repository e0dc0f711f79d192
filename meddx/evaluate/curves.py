"""ROC, precision-recall and calibration curves of one label's scores as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.arrays import Floats, Ints
from meddx.evaluate.calibration import bin_of_ranks
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.intervals import wilson

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class ThresholdCurve:
    """A curve with one point for each threshold, highest first.

    All (points,); x and y in [0, 1]; called is `score >= threshold`. ROC: x is 1 - specificity, y sensitivity, from
    (0, 0) at threshold infinity. Precision-recall: x is recall, y precision. calls: cases called at each threshold.
    """

    thresholds: Floats
    x: Floats
    y: Floats
    calls: Ints


@dataclass(frozen=True)
class CalibrationCurve:
    """A calibration curve in bins of nearly equal mass, lowest probabilities first.

    All (bins,). low, high: lowest and highest probability; confidence: mean probability; observed: share of positive
    cases, with Wilson's 95 % interval [observed_low, observed_high] (of independent cases); n: cases.
    """

    low: Floats
    high: Floats
    confidence: Floats
    observed: Floats
    observed_low: Floats
    observed_high: Floats
    n: Ints


def roc(ranked: RankedScores, points: int | None = None) -> ThresholdCurve:
    """Return the receiver operating characteristic curve, with one point for each distinct score.

    There must be both positive and negative cases.
    points: about how many points to keep, evenly spread along the curve, for drawing; None keeps all.
    """
    hits = np.append(0, ranked.hits)
    calls = np.append(0, ranked.called)
    curve = ThresholdCurve(
        np.append(np.inf, ranked.levels), (calls - hits) / ranked.negatives, hits / ranked.positives, calls
    )
    return _thinned(curve, points)


def precision_recall(ranked: RankedScores, points: int | None = None) -> ThresholdCurve:
    """Return the precision-recall curve, with one point for each distinct score.

    There must be a positive case; points as in `roc`.
    """
    curve = ThresholdCurve(
        np.asarray(ranked.levels, np.float64),
        ranked.hits / ranked.positives,
        ranked.hits / ranked.called,
        ranked.called,
    )
    return _thinned(curve, points)


def calibration_curve(
    probabilities: NDArray[np.floating], true: NDArray[np.bool_], bins: int = CALIBRATION_BINS
) -> CalibrationCurve:
    """Return the observed frequency against the predicted probability, in bins of equal mass.

    Nguyen and O'Connor 2015 (arXiv:1508.05154). probabilities, true: (n,), n > 0. Equal probabilities share a bin, so
    that the order of the cases does not matter.
    """
    order = np.argsort(probabilities)
    _, first, at, many = np.unique(probabilities[order], return_index=True, return_inverse=True, return_counts=True)
    own = bin_of_ranks(first + many / 2, len(order), bins)[at]
    parts = np.split(order, np.flatnonzero(np.diff(own)) + 1)
    intervals = [wilson(int(true[part].sum()), len(part)) for part in parts]
    return CalibrationCurve(
        np.array([probabilities[part[0]] for part in parts], np.float64),
        np.array([probabilities[part[-1]] for part in parts], np.float64),
        np.array([probabilities[part].mean() for part in parts], np.float64),
        np.array([one.value for one in intervals]),
        np.array([one.low for one in intervals]),
        np.array([one.high for one in intervals]),
        np.array([len(part) for part in parts]),
    )


def _thinned(curve: ThresholdCurve, points: int | None) -> ThresholdCurve:
    """Return the curve with about `points` points, evenly spread along its length and including its ends."""
    if points is None or len(curve.x) <= points:
        return curve
    length = np.append(0, np.cumsum(np.abs(np.diff(curve.x)) + np.abs(np.diff(curve.y))))
    kept = np.unique(np.searchsorted(length, np.linspace(0, length[-1], points)))
    kept = np.union1d(kept, [0, len(curve.x) - 1])
    return ThresholdCurve(curve.thresholds[kept], curve.x[kept], curve.y[kept], curve.calls[kept])
