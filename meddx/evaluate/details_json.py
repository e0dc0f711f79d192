"""Convert the details of a label to JSON: operating points, calibration and decision curves."""

import math

from meddx.evaluate.arrays import Floats
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.intervals import Interval
from meddx.evaluate.label_details import LabelDetails
from meddx.evaluate.operating_points import OperatingPoint
from meddx.types import JSON


def details_json(of: LabelDetails, reversed_from: float | None = None) -> JSON:
    """Return the details of one label; null where one is not defined.

    calibration: the smooth curve with its 95 % interval (predicted, observed, low, high; lowest first) and ICI, E50 and
    E90. decision_curve: net benefit by threshold probability. The two operating points name what was asked for, what is
    kept at their threshold, and what is reached there. A threshold at which nothing may be called is null.
    reversed_from: as of ExternalPredictions; thresholds are on the scale of the file.
    """
    smooth, decision = of.smooth, of.decision
    return {
        "sensitivity_at_specificity": _point(of.at_specificity, "specificity", "sensitivity", reversed_from),
        "specificity_at_sensitivity": _point(of.at_sensitivity, "sensitivity", "specificity", reversed_from),
        "calibration": None
        if smooth is None
        else {
            **{name: estimate_json(one) for name, one in of.indices.items()},
            "predicted": _rounded(smooth.probability),
            "observed": _rounded(smooth.observed),
            "low": _rounded(smooth.low),
            "high": _rounded(smooth.high),
        },
        "decision_curve": None
        if decision is None
        else {
            "threshold_probability": _rounded(decision.thresholds),
            "net_benefit": _rounded(decision.model),
            "low": _rounded(decision.low),
            "high": _rounded(decision.high),
            "treat_all": _rounded(decision.treat_all),
        },
    }


def estimate_json(one: Estimate) -> JSON:
    """Return a metric with its interval."""
    return {
        **interval_json(one),
        "n": one.n,
        "positives": one.positives,
        "reliable": one.reliable,
        "reason": one.reason,
    }


def interval_json(one: Interval | Estimate) -> JSON:
    """Return a value with its interval and method."""
    return {
        "value": finite(one.value),
        "low": finite(one.low),
        "high": finite(one.high),
        "method": one.method,
    }


def finite(value: float) -> float | None:
    """Return the value, None where it is not finite."""
    return value if math.isfinite(value) else None


def in_file_scale(threshold: float, reversed_from: float | None) -> float | None:
    """Return a threshold on the scale of the file that the scores came from, None where it is not finite."""
    return finite(threshold if reversed_from is None else reversed_from - threshold)


def _point(of: OperatingPoint | None, kept: str, reached: str, reversed_from: float | None) -> JSON | None:
    if of is None:
        return None
    return {
        f"asked_{kept}": of.asked,
        kept: of.kept,
        "threshold": in_file_scale(of.threshold, reversed_from),
        reached: interval_json(of.reached),
    }


def _rounded(values: Floats) -> list[float | None]:
    """Return values with six decimals, which is more than any chart shows."""
    return [finite(round(float(value), 6)) for value in values]
