"""Calibration slope and intercept: whether probabilities are too extreme, too moderate, or too high overall."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import t as student

from meddx.evaluate.arrays import Floats
from meddx.evaluate.case_losses import EPSILON
from meddx.evaluate.intervals import Interval, Z
from meddx.evaluate.logistic_fit import LogisticFit, logistic_fit

SLOPE_METHOD = "Wald, logistic recalibration"


@dataclass(frozen=True)
class CalibrationLine:
    """The calibration slope and intercept of one label's probabilities, each with its 95 % interval.

    slope: 1 if calibrated, below 1 if probabilities are too extreme. intercept: with the slope held at 1 (calibration
    in the large); 0 if calibrated, below 0 if probabilities are too high overall.
    """

    intercept: Interval
    slope: Interval


def calibration_line(
    probabilities: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]
) -> CalibrationLine:
    """Return the slope b and intercept a of logit P(positive) = a + b logit(probability), by logistic regression.

    Cox 1958 (Biometrika 45:562); the intercept with b = 1 as Steyerberg 2019 (Clinical Prediction Models, ch. 15).
    probabilities, positive: (n,); patients: (n,) from 0. Intervals are Wald's, over patients with Student's t where
    they repeat. Probabilities of 0 and 1 count as EPSILON away. NaN where no line can be fitted: one kind of case only,
    one probability for all (the slope), or kinds that the probabilities separate (the slope).
    """
    logits = np.asarray(logit(np.clip(probabilities, EPSILON, 1 - EPSILON)), np.float64)
    ones = np.ones((len(logits), 1))
    large = logistic_fit(ones, positive, patients, offset=logits)
    line = None if np.ptp(logits) < 1e-9 else logistic_fit(np.column_stack([ones, logits]), positive, patients)
    return CalibrationLine(_interval(large, 0, patients), _interval(line, 1, patients))


def _interval(fit: LogisticFit | None, at: int, patients: NDArray[np.int64]) -> Interval:
    if fit is None:
        return Interval(math.nan, math.nan, math.nan, "not defined")
    many = int(patients.max()) + 1
    related = many < len(patients)
    reach = (float(student.ppf(0.975, max(many - 1, 1))) if related else Z) * float(fit.covariance[at, at]) ** 0.5
    value = float(fit.coefficients[at])
    return Interval(value, value - reach, value + reach, SLOPE_METHOD + (" over patients" if related else ""))
