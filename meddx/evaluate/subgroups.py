"""Whom a model fails: one metric in every group of cases, the worst first, each beside the rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.intervals import Interval
from meddx.evaluate.predictions import Predictions

AGE = "age"
BANDS = ((0, 1), (1, 5), (5, 18), (18, 40), (40, 60), (60, 75), (75, math.inf))
"""Ages in years that are looked at together: from the first to below the second."""

UNKNOWN = "not stated"
MOST_GROUPS = 30
"""A column with more values than this names cases rather than groups."""


@dataclass(frozen=True)
class Subgroup:
    """One value of the column. number: the metric of its cases; rows: their positions.

    difference: to all other cases (group less rest), with the interval of Newcombe 1998 (Stat Med 17:873, method 10),
    which combines those of both; NaN limits where either has none. Patients in both group and rest make it too wide.
    """

    value: str
    number: Estimate
    difference: Interval
    rows: NDArray[np.intp]


@dataclass(frozen=True)
class Subgroups:
    """column, metric, label (None over labels); groups: the worst first, those too small to rely on last.

    p: of the groups being all alike (Cochran's Q of the reliable ones, weighted by their intervals); NaN below two.
    """

    column: str
    metric: str
    label: str | None
    groups: tuple[Subgroup, ...]
    p: float


def subgroup_columns(predictions: Predictions) -> tuple[str, ...]:
    """Attributes that split the cases into at least two and at most MOST_GROUPS groups."""
    return tuple(
        name for name in predictions.attributes if 2 <= len(set(group_values(predictions, name))) <= MOST_GROUPS
    )


def group_values(predictions: Predictions, column: str) -> tuple[str, ...]:
    """(n,) group of every case; ages in years in bands."""
    values = predictions.attributes[column]
    band = _age_band if column.casefold() == AGE else str
    return tuple(UNKNOWN if value is None or not value.strip() else band(value.strip()) for value in values)


def subgroups(
    predictions: Predictions,
    column: str,
    thresholds: Sequence[float],
    exclusive: bool,
    *,
    metric: str = "auroc",
    label: str | None = None,
) -> Subgroups:
    """Return one metric, by its name in the registry, in every group of an attribute. label: None over labels.

    Where lower is better the highest is the worst, else the lowest. A test over many columns,
    labels and metrics finds some difference by chance: that is said where the page shows p.
    """

    def number(rows: NDArray[np.intp]) -> Estimate:
        assessed = assess(predictions.subset(rows), thresholds, exclusive)
        return (assessed.overall if label is None else assessed.per_label[label])[metric]

    of_case = np.array(group_values(predictions, column))
    groups = []
    for value in np.unique(of_case):
        rows = np.flatnonzero(of_case == value)
        others = np.flatnonzero(of_case != value)
        one = number(rows)
        rest = number(others) if len(others) else replace(one, value=math.nan, low=math.nan, high=math.nan)
        groups.append(Subgroup(str(value), one, difference(one, rest), rows))
    worst = 1 if metric_registry.row(metric).higher_is_better else -1
    groups.sort(key=lambda g: (not g.number.reliable, math.isnan(g.number.value), worst * g.number.value, g.value))
    return Subgroups(column, metric, label, tuple(groups), _heterogeneity([g.number for g in groups]))


def difference(one: Estimate, other: Estimate) -> Interval:
    """Of two numbers from different cases, by the distance of each from its own limits."""
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Interval(value, low, high, "Newcombe, method 10")


def _heterogeneity(numbers: Sequence[Estimate]) -> float:
    """Cochran 1954 (Biometrics 10:101), the half width of an interval being 1.96 standard errors."""
    usable = [one for one in numbers if one.reliable and one.high > one.low]
    if len(usable) < 2:
        return math.nan
    values = np.array([one.value for one in usable])
    weights = np.array([(3.92 / (one.high - one.low)) ** 2 for one in usable])
    q = float(weights @ (values - weights @ values / weights.sum()) ** 2)
    return float(chi2.sf(q, len(usable) - 1))


def _age_band(text: str) -> str:
    try:
        years = float(text)
    except ValueError:
        return UNKNOWN
    for low, high in BANDS:
        if low <= years < high:
            return (
                f"{low} and over" if high == math.inf else f"{low} to {high - 1}" if high - low > 1 else f"under {high}"
            )
    return UNKNOWN
