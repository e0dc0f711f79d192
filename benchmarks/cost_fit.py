"""A straight line through what was measured, with 95 % intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import t


@dataclass(frozen=True)
class Between:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Between":
        """Return a multiple, by a factor >= 0."""
        return Between(self.value * factor, self.low * factor, self.high * factor)

    def plus(self, other: "Between") -> "Between":
        """Return the sum of two that were measured independently: the squares of their half-widths add up."""
        value = self.value + other.value
        below = float(np.hypot(self.value - self.low, other.value - other.low))
        above = float(np.hypot(self.high - self.value, other.high - other.value))
        return Between(value, value - below, value + above)


@dataclass(frozen=True)
class Fit:
    """The line y = fixed + slope * x. covariance: of (fixed, slope). freedom: points less the two."""

    fixed: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    freedom: int

    def at(self, x: float) -> Between:
        """Return the line's mean at x."""
        return self._of((1.0, x))

    def slope_between(self) -> Between:
        """Return what one more of x adds."""
        return self._of((0.0, 1.0))

    def fixed_between(self) -> Between:
        """Return what there is at x = 0."""
        return self._of((1.0, 0.0))

    def _of(self, weights: tuple[float, float]) -> Between:
        along = np.array(weights)
        value = float(along @ (self.fixed, self.slope))
        half = float(t.ppf(0.975, self.freedom) * np.sqrt(along @ np.array(self.covariance) @ along))
        return Between(value, value - half, value + half)

    def as_json(self) -> dict[str, Any]:
        """Return plain data, with the intervals of both coefficients."""
        return asdict(self) | {
            "fixed_interval": asdict(self.fixed_between()),
            "slope_interval": asdict(self.slope_between()),
        }


def fit_of(data: dict[str, Any]) -> Fit:
    """Return the line that was written as plain data."""
    (a, b), (c, d) = data["covariance"]
    return Fit(data["fixed"], data["slope"], ((a, b), (c, d)), data["freedom"])


def fitted(x: Sequence[float], y: Sequence[float]) -> Fit:
    """Return the line with the least sum of squared relative errors, since what takes longer scatters more.

    y > 0; at least three points at two places of x. The coefficients' covariance is that of least squares with the
    weights 1 / y^2, its scale estimated from the residuals.
    """
    weights = 1 / np.asarray(y, float)
    design = np.stack([np.ones(len(x)), np.asarray(x, float)], axis=1) * weights[:, None]
    found, *_ = np.linalg.lstsq(design, np.ones(len(x)), rcond=None)
    freedom = len(x) - 2
    scale = float(np.sum((design @ found - 1) ** 2)) / freedom
    (a, b), (c, d) = (scale * np.linalg.inv(design.T @ design)).tolist()
    return Fit(float(found[0]), float(found[1]), ((a, b), (c, d)), freedom)
