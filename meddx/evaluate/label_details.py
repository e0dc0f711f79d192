"""Measure what is known of one label beyond its metrics: calibration curves, net benefit and operating points."""

from dataclasses import dataclass

from meddx.evaluate import curves
from meddx.evaluate.curves import CalibrationCurve
from meddx.evaluate.decision_curve import DecisionCurve, decision_curve
from meddx.evaluate.estimates import Estimate, case_counts
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.operating_points import (
    OPERATING_POINT_RESAMPLES,
    OperatingPoint,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
)
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.smooth_calibration import SMOOTH_RESAMPLES, SmoothCalibration, smooth_calibration

KEPT_SHARE = 0.9
"""The specificity and the sensitivity that operating points keep unless others are asked for."""
INDICES = {
    "ici": ("ICI", "Mean distance of the smooth calibration curve from the predicted probability."),
    "e50": ("E50", "Median distance of the smooth calibration curve from the predicted probability."),
    "e90": ("E90", "90th percentile of the distance of the smooth calibration curve from the predicted probability."),
}
"""Index of the smooth calibration curve -> its title and meaning. Noise alone makes all of them larger than 0."""
_MANY_CASES, _FEWEST_RESAMPLES = 20_000, 100


@dataclass(frozen=True)
class LabelDetails:
    """What is measured of one label beyond its metrics; None where it is not defined.

    bins, smooth, indices, decision: of probabilities only; smooth and indices where a curve can be fitted. indices: by
    name of INDICES. at_specificity, at_sensitivity: operating points, where there are cases with and without the label.
    """

    bins: CalibrationCurve | None
    smooth: SmoothCalibration | None
    indices: dict[str, Estimate]
    decision: DecisionCurve | None
    at_specificity: OperatingPoint | None
    at_sensitivity: OperatingPoint | None


def label_details(
    predictions: Predictions, label: str, *, specificity: float = KEPT_SHARE, sensitivity: float = KEPT_SHARE
) -> LabelDetails:
    """Return the details of one label. specificity, sensitivity: what its operating points keep, in (0, 1]."""
    column = predictions.labels.index(label)
    scores, true = predictions.probabilities[:, column], predictions.targets[:, column]
    smooth = smooth_curve(predictions, label)
    of_probabilities = predictions.are_probabilities
    return LabelDetails(
        curves.calibration_curve(scores, true) if of_probabilities else None,
        smooth,
        {} if smooth is None else smooth_indices(smooth, predictions, label),
        decision_curve(RankedScores(scores, true), predictions.patients) if of_probabilities else None,
        *operating_points(predictions, label, specificity, sensitivity),
    )


def smooth_curve(predictions: Predictions, label: str) -> SmoothCalibration | None:
    """Return the smooth calibration curve of a label, None where scores are no probabilities or none can be fitted."""
    if not predictions.are_probabilities:
        return None
    column = predictions.labels.index(label)
    scores, true = predictions.probabilities[:, column], predictions.targets[:, column]
    return smooth_calibration(scores, true, predictions.patients, resamples=_resamples(SMOOTH_RESAMPLES, len(true)))


def smooth_indices(smooth: SmoothCalibration, predictions: Predictions, label: str) -> dict[str, Estimate]:
    """Return ICI, E50 and E90 by name of INDICES."""
    of = case_counts(predictions.targets[:, predictions.labels.index(label)], predictions)
    return {name: of.number(getattr(smooth, name)) for name in INDICES}


def operating_points(
    predictions: Predictions, label: str, specificity: float, sensitivity: float
) -> tuple[OperatingPoint, OperatingPoint] | tuple[None, None]:
    """Return the sensitivity at a specificity and the specificity at a sensitivity, each with its threshold.

    None where all cases or none have the label. Raises Refused for shares outside (0, 1].
    """
    column = predictions.labels.index(label)
    scores, true = predictions.probabilities[:, column], predictions.targets[:, column]
    if true.all() or not true.any():
        return None, None
    resamples = _resamples(OPERATING_POINT_RESAMPLES, len(true))
    return (
        sensitivity_at_specificity(scores, true, predictions.patients, specificity, resamples=resamples),
        specificity_at_sensitivity(scores, true, predictions.patients, sensitivity, resamples=resamples),
    )


def _resamples(usual: int, n: int) -> int:
    """Return how many resamples to draw: fewer of very many cases, whose intervals need them least."""
    return max(_FEWEST_RESAMPLES, min(usual, usual * _MANY_CASES // n))
