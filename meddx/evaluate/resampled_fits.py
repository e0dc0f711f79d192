"""Fit one logistic regression again on many resamples at once."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from meddx.evaluate.arrays import Floats
from meddx.evaluate.logistic_fit import VAGUEST

_STEPS = 25
_TOLERANCE = 1e-10
_SINGULAR = 1e13


def refit(design: Floats, positive: NDArray[np.bool_], weights: Floats, start: Floats) -> Floats:
    """Return the coefficients (resamples, d) of the fit to each resample, NaN where there is no finite one.

    design: (n, d); positive: (n,); weights: (resamples, n), how often each case was drawn; start: (d,), the fit to the
    cases themselves, from which Newton's method needs few steps.
    """
    coefficients = np.tile(start, (len(weights), 1))
    d = len(start)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), d * d)
    usable, settled = np.ones(len(weights), bool), np.zeros(len(weights), bool)
    for _ in range(_STEPS):
        at = np.flatnonzero(usable & ~settled)
        if not len(at):
            break
        p = expit(coefficients[at] @ design.T)
        score = (weights[at] * (positive - p)) @ design
        information = ((weights[at] * (p * (1 - p))) @ products).reshape(len(at), d, d)
        regular = np.linalg.cond(information) < _SINGULAR
        usable[at[~regular]] = False
        step = np.linalg.solve(information[regular], score[regular][:, :, None])[:, :, 0]
        coefficients[at[regular]] += step
        close = np.einsum("ij,ij->i", score[regular], step) < _TOLERANCE
        errors = np.sqrt(np.abs(np.diagonal(np.linalg.inv(information[regular]), axis1=1, axis2=2)))
        vague = (errors > VAGUEST * np.maximum(1, np.abs(coefficients[at[regular]]))).any(axis=1)
        settled[at[regular]] = close & ~vague
        usable[at[regular]] = ~(close & vague)
    coefficients[~settled] = np.nan
    return coefficients
