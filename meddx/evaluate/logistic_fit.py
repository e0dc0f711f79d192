"""Fit logistic regression without penalty, with the covariance of its coefficients over patients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from meddx.evaluate.arrays import Floats

_STEPS = 100
_TOLERANCE = 1e-10
VAGUEST = 1e3
"""A standard error of more than this many times the coefficient (or 1) means that the design separates the outcomes."""


@dataclass(frozen=True)
class LogisticFit:
    """The coefficients (d,) of a logistic regression and their covariance (d, d)."""

    coefficients: Floats
    covariance: Floats


def logistic_fit(
    design: Floats, positive: NDArray[np.bool_], patients: NDArray[np.int64], offset: Floats | None = None
) -> LogisticFit | None:
    """Return the maximum-likelihood fit of logit P(positive) = offset + design @ coefficients, by Newton's method.

    design: (n, d); positive, offset: (n,); patients: (n,) from 0. Covariance: inverse information; where patients
    repeat, or an offset is taken for right that need not be, the sandwich over patients (Liang and Zeger 1986,
    Biometrika 73:13) with K / (K - 1) for K patients. None where there is no finite fit: outcomes that the design
    separates, or columns that depend on each other.
    """
    known = np.zeros(len(design)) if offset is None else offset
    coefficients = np.zeros(design.shape[1])
    likelihood = _likelihood(known, positive)
    for _ in range(_STEPS):
        p = expit(known + design @ coefficients)
        information = design.T @ (design * (p * (1 - p))[:, None])
        score = design.T @ (positive - p)
        if _is_singular(information):
            return None
        step = np.linalg.solve(information, score)
        scale = 1.0
        while scale > 1e-6 and _likelihood(known + design @ (coefficients + scale * step), positive) < likelihood:
            scale /= 2
        coefficients = coefficients + scale * step
        likelihood = _likelihood(known + design @ coefficients, positive)
        if float(score @ step) < _TOLERANCE:
            return _fit(design, positive, patients, offset, coefficients)
    return None


def _fit(
    design: Floats,
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
    offset: Floats | None,
    coefficients: Floats,
) -> LogisticFit | None:
    p = expit((0.0 if offset is None else offset) + design @ coefficients)
    information = design.T @ (design * (p * (1 - p))[:, None])
    if _is_singular(information):
        return None
    inverse = np.linalg.inv(information)
    errors = np.sqrt(np.abs(np.diag(inverse)))
    if np.where(positive, p, 1 - p).min() > 1 - 1e-6 or (errors > VAGUEST * np.maximum(1, np.abs(coefficients))).any():
        return None
    many = int(patients.max()) + 1
    if many == len(patients) and offset is None:
        return LogisticFit(coefficients, inverse)
    scores = np.stack([np.bincount(patients, column * (positive - p), many) for column in design.T], axis=1)
    middle = scores.T @ scores * many / max(many - 1, 1)
    return LogisticFit(coefficients, inverse @ middle @ inverse)


def _is_singular(information: Floats) -> bool:
    return not np.isfinite(information).all() or bool(np.linalg.cond(information) > 1e13)


def _likelihood(logits: Floats, positive: NDArray[np.bool_]) -> float:
    return float(-np.logaddexp(0, np.where(positive, -logits, logits)).sum())
