"""Compute sensitivity at a given specificity and specificity at a given sensitivity, each with its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.intervals import Interval, Z
from meddx.evaluate.paired.weighted_metrics import LabelScores, resample_blocks, sensitivity_at

OPERATING_POINT_RESAMPLES = 1000
OPERATING_POINT_METHOD = "Zhou and Qin, bootstrap over patients"


@dataclass(frozen=True)
class OperatingPoint:
    """The best threshold that keeps the required specificity (or sensitivity) on these cases.

    asked: the least specificity (or sensitivity); kept: what it is at the threshold; threshold: called at or above it,
    infinite where nothing may be called; reached: the sensitivity (or specificity) at the threshold.
    """

    asked: float
    kept: float
    threshold: float
    reached: Interval


def sensitivity_at_specificity(
    scores: NDArray[np.floating],
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
    specificity: float,
    *,
    resamples: int = OPERATING_POINT_RESAMPLES,
    seed: int = 0,
) -> OperatingPoint:
    """Return the highest sensitivity at a threshold of at least this specificity in (0, 1].

    scores, positive: (n,), both kinds of case; patients: (n,) from 0. The threshold is itself estimated, so the
    interval resamples patients and chooses it anew each time (Zhou and Qin 2005, Stat Med 24:465: two hits and two
    misses added, as Agresti and Coull, so that it holds near 0 and 1). Raises Refused where a kind is missing or for a
    specificity outside (0, 1].
    """
    _refuse(positive, specificity)
    values = np.asarray(scores, np.float64)
    reached = _interval(LabelScores(values, positive, positive), patients, specificity, (resamples, seed))
    allowed = int(np.floor((1 - specificity) * (~positive).sum() + 1e-9))
    thresholds = np.append(np.unique(values), np.inf)
    false = (~positive).sum() - np.searchsorted(np.sort(values[~positive]), thresholds)
    at = int(np.argmax(false <= allowed))
    kept = 1 - false[at] / (~positive).sum()
    return OperatingPoint(specificity, float(kept), float(thresholds[at]), reached)


def specificity_at_sensitivity(
    scores: NDArray[np.floating],
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
    sensitivity: float,
    *,
    resamples: int = OPERATING_POINT_RESAMPLES,
    seed: int = 0,
) -> OperatingPoint:
    """Return the highest specificity at a threshold of at least this sensitivity in (0, 1].

    Otherwise as sensitivity_at_specificity.
    """
    _refuse(positive, sensitivity)
    values = np.asarray(scores, np.float64)
    reached = _interval(LabelScores(-values, ~positive, ~positive), patients, sensitivity, (resamples, seed))
    needed = int(np.ceil(sensitivity * positive.sum() - 1e-9))
    threshold = float(np.sort(values[positive])[::-1][needed - 1])
    kept = float((values[positive] >= threshold).mean())
    return OperatingPoint(sensitivity, kept, threshold, reached)


def _refuse(positive: NDArray[np.bool_], asked: float) -> None:
    if positive.all() or not positive.any():
        raise Refused(
            "one-kind",
            "Cases with and without the label are needed to choose a threshold; choose it on a set that has both.",
        )
    if not 0 < asked <= 1:
        raise Refused("operating-point", f"{asked:g} is no share above 0 and at most 1; give one such as 0.9.")


def _interval(question: LabelScores, patients: NDArray[np.int64], asked: float, drawn: tuple[int, int]) -> Interval:
    """Return the share of `question.positive` that is called where at least `asked` of the others are not.

    It comes with its interval.
    """
    value = float(sensitivity_at(question, np.ones((1, len(patients))), asked)[0])
    with_it = len(np.unique(patients[question.positive]))
    blocks = []
    for weights in resample_blocks(patients, *drawn):
        many = weights @ question.positive * (with_it / question.positive.sum())
        blocks.append((sensitivity_at(question, weights, asked) * many + Z**2 / 2) / (many + Z**2))
    adjusted = np.concatenate(blocks)
    defined = adjusted[np.isfinite(adjusted)]
    if len(defined) < len(adjusted) / 2:
        return Interval(value, float("nan"), float("nan"), OPERATING_POINT_METHOD)
    centre, reach = float(defined.mean()), Z * float(defined.std(ddof=1))
    return Interval(
        value, max(0.0, min(value, centre - reach)), min(1.0, max(value, centre + reach)), OPERATING_POINT_METHOD
    )
