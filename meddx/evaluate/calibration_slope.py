"""Calibration slope and intercept: whether probabilities are too extreme, too moderate, or too high overall."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import t as student

from meddx.evaluate.arrays import Floats
from meddx.evaluate.case_losses import EPSILON
from meddx.evaluate.intervals import Interval, Z
from meddx.evaluate.logistic_fit import LogisticFit, logistic_fit

SLOPE_METHOD = "Wald, logistic recalibration"


def calibration_slope(probabilities: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Interval:
    """Return the slope b of logit P(positive) = a + b logit(probability), with its 95 % interval.

    1 if calibrated, below 1 if probabilities are too extreme. Cox 1958 (Biometrika 45:562), by logistic regression.
    probabilities, positive: (n,); patients: (n,) from 0. The interval is Wald's, over patients with Student's t where
    they repeat. Probabilities of 0 and 1 count as EPSILON away. NaN where no line can be fitted: one kind of case only,
    one probability for all, or kinds that the probabilities separate.
    """
    logits = _logits(probabilities)
    design = np.column_stack([np.ones(len(logits)), logits])
    fit = None if np.ptp(logits) < 1e-9 else logistic_fit(design, positive, patients)
    return _interval(fit, 1, patients, sandwich=_repeat(patients))


def calibration_intercept(probabilities: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> Interval:
    """Return the intercept a of logit P(positive) = a + logit(probability), with its 95 % interval.

    0 if calibrated, below 0 if probabilities are too high overall: calibration in the large, with the slope held at 1
    (Steyerberg 2019, Clinical Prediction Models, ch. 15). Since the slope may be another, the variance is always the
    sandwich, with Student's t. NaN for one kind of case only; otherwise as calibration_slope.
    """
    logits = _logits(probabilities)
    fit = logistic_fit(np.ones((len(logits), 1)), positive, patients, offset=logits)
    return _interval(fit, 0, patients, sandwich=True)


def _logits(probabilities: Floats) -> Floats:
    return np.asarray(logit(np.clip(probabilities, EPSILON, 1 - EPSILON)), np.float64)


def _repeat(patients: NDArray[np.int64]) -> bool:
    return int(patients.max()) + 1 < len(patients)


def _interval(fit: LogisticFit | None, at: int, patients: NDArray[np.int64], *, sandwich: bool) -> Interval:
    if fit is None:
        return Interval(math.nan, math.nan, math.nan, "not defined")
    quantile = float(student.ppf(0.975, max(int(patients.max()), 1))) if sandwich else Z
    reach = quantile * float(fit.covariance[at, at]) ** 0.5
    value = float(fit.coefficients[at])
    return Interval(value, value - reach, value + reach, SLOPE_METHOD + (" over patients" if _repeat(patients) else ""))
