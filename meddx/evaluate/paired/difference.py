"""Represent the difference between two systems in one metric."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from meddx.evaluate import metric_registry

SAME_RANKING = "none: one network, so cases rank alike"
SAME_LABEL = "none: one network, so the most probable label is the same"
"""In place of a test where the difference is 0 because of what the systems are, on any cases."""


class PairedTest(NamedTuple):
    """A paired test: both values, the 95 % interval of their difference, and the test of no difference.

    p: two-sided, NaN where it is not defined; n: the number of cases.
    """

    first: float
    second: float
    low: float
    high: float
    p: float
    test: str
    n: int


@dataclass(frozen=True)
class PairedDifference:
    """A difference, `a` minus `b`, in one metric on the same n cases, with 95 % interval and test of no difference.

    label: None over all labels. fewest: number of patients of the rarest kind that the metric counts.
    p_adjusted: by Holm's method, over the pairs of systems compared in this metric and label.
    """

    a: str
    b: str
    metric: str
    label: str | None
    first: float
    second: float
    low: float
    high: float
    p: float
    test: str
    n: int
    fewest: int
    p_adjusted: float = float("nan")

    @property
    def difference(self) -> float:
        """Return `first` minus `second`."""
        return self.first - self.second

    @property
    def gain(self) -> tuple[float, float, float]:
        """Return difference, low and high, with the sign chosen so that above 0 means that `a` is better."""
        if not metric_registry.row(self.metric).higher_is_better:
            return -self.difference, -self.high, -self.low
        return self.difference, self.low, self.high

    @property
    def same_network(self) -> bool:
        """Return whether it is 0 on any cases, since both systems are one network calibrated in two ways."""
        return self.test in (SAME_RANKING, SAME_LABEL)

    @property
    def defined(self) -> bool:
        """Return whether the cases allow an interval."""
        return bool(np.isfinite([self.difference, self.low, self.high]).all())

    @property
    def unsettled(self) -> bool:
        """Return whether test and interval disagree: one of them shows a difference and the other does not."""
        return self.defined and not math.isnan(self.p) and (self.p < 0.05) == (self.low <= 0 <= self.high)
