"""Compute a smooth calibration curve without bins and its indices ICI, E50 and E90."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from meddx.evaluate.arrays import Floats
from meddx.evaluate.case_losses import EPSILON
from meddx.evaluate.intervals import Interval, Z
from meddx.evaluate.logistic_fit import LogisticFit, logistic_fit
from meddx.evaluate.paired.weighted_metrics import resample_blocks
from meddx.evaluate.resampled_fits import refit

KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Quantiles of the logits at which the spline bends (Harrell 2015, Regression Modeling Strategies, table 2.3)."""
POINTS = 200
SMOOTH_RESAMPLES = 500
SMOOTH_METHOD = "percentile bootstrap over patients"


@dataclass(frozen=True)
class SmoothCalibration:
    """A smooth calibration curve: observed frequency at `probability` (points,), lowest first.

    low, high: pointwise 95 % interval of observed.
    ici: mean distance of observed from predicted over the cases (integrated calibration index); e50, e90: its median
    and 90th percentile. Each in [0, 1] with a percentile bootstrap interval over patients. Noise alone makes all three
    larger than they are.
    """

    probability: Floats
    observed: Floats
    low: Floats
    high: Floats
    ici: Interval
    e50: Interval
    e90: Interval


def smooth_calibration(
    probabilities: Floats,
    positive: NDArray[np.bool_],
    patients: NDArray[np.int64],
    *,
    resamples: int = SMOOTH_RESAMPLES,
    seed: int = 0,
) -> SmoothCalibration | None:
    """Return the curve and Austin and Steyerberg's three indices (2019, Stat Med 38:4051).

    probabilities, positive: (n,); patients: (n,) from 0. The curve is a logistic regression on a restricted cubic
    spline of the logit with five knots, fewer where the logits have few different values (Austin, Harrell and van
    Klaveren 2020, Stat Med 39:2714). None where none can be fitted: one kind of case only, or kinds that the
    probabilities separate.
    """
    logits = np.asarray(logit(np.clip(probabilities, EPSILON, 1 - EPSILON)), np.float64)
    knots = _knots(logits)
    design = _spline(logits, knots)
    fit = logistic_fit(design, positive, patients)
    if fit is None:
        return None
    values = _indices(np.abs(expit(design @ fit.coefficients) - probabilities))
    drawn = []
    for weights in resample_blocks(patients, resamples, seed):
        again = refit(design, positive, weights, fit.coefficients)
        distances = np.abs(expit(again @ design.T) - probabilities)
        drawn += [_indices(np.repeat(*one)) for one in zip(distances, weights.astype(np.int64), strict=True)]
    with np.errstate(invalid="ignore"):
        low_high = np.nanpercentile(drawn, [2.5, 97.5], axis=0) if np.isfinite(drawn).any() else np.full((2, 3), np.nan)
    grid = np.unique(np.quantile(logits, np.linspace(0, 1, POINTS), method="nearest"))
    observed, low, high = _curve(fit, _spline(grid, knots))
    ici, e50, e90 = (
        Interval(value, least, most, SMOOTH_METHOD) for value, least, most in np.vstack([values, low_high]).T.tolist()
    )
    return SmoothCalibration(np.asarray(expit(grid)), observed, low, high, ici, e50, e90)


def _indices(distance: Floats) -> Floats:
    """Return the mean, the median and the 90th percentile of the distances (n,); NaN where these are."""
    return np.array([distance.mean(), *np.quantile(distance, [0.5, 0.9])])


def _curve(fit: LogisticFit, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the value, low and high at each point of the design, symmetric on the logit scale."""
    centre = design @ fit.coefficients
    reach = Z * np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", design, fit.covariance, design), 0))
    return expit(centre), expit(centre - reach), expit(centre + reach)


def _knots(logits: Floats) -> Floats:
    """Return up to five different logits that cases have, as knots of the spline.

    Fewer than three make a straight line.
    """
    return np.unique(np.quantile(logits, KNOTS, method="nearest"))


def _spline(logits: Floats, knots: Floats) -> Floats:
    """Return the design (n, d): one, the logit, and the terms of a restricted cubic spline.

    The spline is straight beyond the outer knots (Harrell, 2.4.5).
    """
    columns = [np.ones(len(logits))]
    if len(knots) > 1 or np.ptp(logits) > 0:
        columns.append(logits)
    if len(knots) > 2:
        last, before = knots[-1], knots[-2]
        scale = (last - knots[0]) ** 2

        def cubed(knot: float) -> Floats:
            return np.asarray(np.maximum(logits - knot, 0) ** 3, np.float64)

        for knot in knots[:-2]:
            bend = cubed(before) * (last - knot) / (last - before) - cubed(last) * (before - knot) / (last - before)
            columns.append((cubed(knot) - bend) / scale)
    return np.column_stack(columns)
