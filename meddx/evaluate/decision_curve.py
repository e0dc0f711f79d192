"""Decision curves (net benefit), and risk-coverage curves for referring uncertain cases to a person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.arrays import Floats, Ints
from meddx.evaluate.influence_functions import RankedScores, by_patient, spread
from meddx.evaluate.intervals import quantile, wilson

THRESHOLDS = np.arange(1, 100) / 100


@dataclass(frozen=True)
class DecisionCurve:
    """A decision curve: net benefit, in true positives per case, by threshold probability.

    Vickers and Elkin 2006 (MDM 26:565), eq. 1. thresholds: (points,) in (0, 1), the risk at which one would act; model,
    treat_all: (points,) net benefit of acting on the model's positives and on everybody; of acting on nobody it is 0.
    low, high: 95 % interval of `model` (Student's t, patients drawn at random). n, positives: cases, and those with
    the label.
    """

    thresholds: Floats
    model: Floats
    low: Floats
    high: Floats
    treat_all: Floats
    n: int
    positives: int


def decision_curve(
    ranked: RankedScores, patients: NDArray[np.int64] | None = None, thresholds: Floats = THRESHOLDS
) -> DecisionCurve:
    """Return the net benefit at each threshold, with its 95 % interval.

    Net benefit = true positives / n - false positives / n x odds of the threshold.
    patients: (n,) numbers from 0, where they repeat.
    """
    n, points = len(ranked.scores), len(thresholds)
    odds = thresholds / (1 - thresholds)
    above = np.searchsorted(-ranked.levels, -thresholds, side="right")
    hits = np.append(0, ranked.hits)[above]
    false = np.append(0, ranked.called)[above] - hits
    model = hits / n - false / n * odds
    error = np.empty(points)
    if patients is None or n == int(patients.max()) + 1:
        square = hits / n + false / n * odds**2 - model**2
        error = quantile(n - 1) * np.sqrt(np.maximum(square, 0) / max(n - 1, 1))
    else:
        many = int(patients.max()) + 1
        for point, threshold in enumerate(thresholds):
            gain = np.where(ranked.positive, 1.0, -odds[point]) * (ranked.scores >= threshold)
            found = spread(by_patient((gain - model[point]) / n, patients, many))
            error[point] = quantile(found.freedom) * found.variance**0.5
    share = ranked.positives / n
    return DecisionCurve(
        thresholds, model, model - error, model + error, share - (1 - share) * odds, n, ranked.positives
    )


@dataclass(frozen=True)
class RiskCoverage:
    """A risk-coverage curve: the error rate left when the least confident cases are referred to a person.

    El-Yaniv and Wiener 2010 (JMLR 11:1605).
    coverage: (points,) share of cases that the model answers, rising to 1; confidence: (points,) the lowest at which it
    still answers; risk: (points,) share wrong among those, with Wilson's 95 % interval [low, high] of independent
    cases; n: (points,) cases answered. area: mean risk over all coverages (AURC, Geifman et al. 2019).
    """

    coverage: Floats
    confidence: Floats
    risk: Floats
    low: Floats
    high: Floats
    n: Ints
    area: float


def risk_coverage(confidence: NDArray[np.floating], right: NDArray[np.bool_], points: int = 100) -> RiskCoverage:
    """Return the risk-coverage curve when cases are answered from the most confident down.

    confidence, right: (n,), n > 0; cases of equal confidence are answered together. confidence of exclusive labels: the
    highest probability, right when its label is true; of one label: the larger of p and 1 - p.
    points: number of points to keep, at most.
    """
    ranked = RankedScores(confidence, right)
    n = len(right)
    wrong = ranked.called - ranked.hits
    weights = np.diff(ranked.called, prepend=0)
    area = float((weights * wrong / ranked.called).sum() / n)
    wanted = np.linspace(n / points, n, points)
    kept = np.unique(np.minimum(np.searchsorted(ranked.called, wanted), len(ranked.called) - 1))
    intervals = [wilson(int(wrong[at]), int(ranked.called[at])) for at in kept]
    return RiskCoverage(
        ranked.called[kept] / n,
        np.asarray(ranked.levels[kept], np.float64),
        np.array([one.value for one in intervals]),
        np.array([one.low for one in intervals]),
        np.array([one.high for one in intervals]),
        ranked.called[kept],
        area,
    )
