"""Compare one metric between groups of cases, the worst group first, each with all other cases."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.grouped_metrics import GIVEN_TRUTH, GroupedMetric, grouped_metric
from meddx.evaluate.heterogeneity import heterogeneity
from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.holm import holm_adjusted
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.training_similarity import is_measure

AGE = "age"
BANDS = ((0, 1), (1, 5), (5, 18), (18, 40), (40, 60), (60, 75), (75, math.inf))
"""Age bands in years: from the first to below the second."""

UNKNOWN_VALUE = "not stated"
MOST_GROUPS = 30
"""A column with more values than this is taken to name cases rather than groups."""


@dataclass(frozen=True)
class Subgroup:
    """The cases with one value of the column.

    number: the metric of its cases; rows: their positions.
    difference: to all other cases (group less rest), with the interval of Newcombe 1998 (Stat Med 17:873, method 10),
    which combines those of both; NaN limits where either has none. Patients in both group and rest make it too wide.
    p: of the group being as the other reliable groups, by permutation; NaN where it is not reliable itself.
    p_adjusted: Holm's, over the groups.
    """

    value: str
    number: Estimate
    difference: Interval
    rows: NDArray[np.intp]
    p: float = math.nan
    p_adjusted: float = math.nan


@dataclass(frozen=True)
class Subgroups:
    """One metric in every group of a column.

    label: None over labels; groups: the worst first, unreliable ones last.
    p: of the groups being all alike, by permutation of the reliable ones (heterogeneity); NaN below two of them.
    p_adjusted: Holm's over all that were looked at together (adjusted); NaN where that was not computed.
    """

    column: str
    metric: str
    label: str | None
    groups: tuple[Subgroup, ...]
    p: float
    p_adjusted: float = math.nan


def subgroup_columns(predictions: Predictions) -> tuple[str, ...]:
    """Return the attributes that split the cases into at least two and at most MOST_GROUPS groups."""
    return tuple(
        name
        for name in predictions.attributes
        if not is_measure(name) and 2 <= len(set(group_values(predictions, name))) <= MOST_GROUPS
    )


def group_values(predictions: Predictions, column: str) -> tuple[str, ...]:
    """Return the group (n,) of every case; ages in years are grouped in bands."""
    values = predictions.attributes[column]
    band = _age_band if column.casefold() == AGE else str
    return tuple(UNKNOWN_VALUE if value is None or not value.strip() else band(value.strip()) for value in values)


def subgroups(
    predictions: Predictions,
    column: str,
    thresholds: Sequence[float],
    exclusive: bool,
    *,
    metric: str = "auroc",
    label: str | None = None,
) -> Subgroups:
    """Return one metric, by its name in the registry, in every group of an attribute.

    label: None over labels.
    Where lower is better the highest is the worst, else the lowest. Tests of many columns, labels and metrics find
    some difference by chance: `adjusted` corrects for those that were looked at together.
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

    def measured(cases: Predictions) -> GroupedMetric:
        return grouped_metric(cases, tuple(thresholds), exclusive, metric, label)

    return Subgroups(column, metric, label, *_tested(predictions, groups, metric, label, measured))


def difference(one: Estimate, other: Estimate) -> Interval:
    """Return the difference between two estimates from different cases, with its interval.

    It combines the distances of each estimate from its own limits; NaN limits where one has no width.
    """
    value = one.value - other.value
    if not (one.high > one.low and other.high > other.low):
        return Interval(value, math.nan, math.nan, "none")
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Interval(value, low, high, "Newcombe, method 10")


def adjusted(looked_at: Sequence[Subgroups]) -> tuple[Subgroups, ...]:
    """Return the subgroups with Holm's p-values over all columns, metrics and labels looked at together."""
    corrected = holm_adjusted([one.p for one in looked_at])
    return tuple(replace(one, p_adjusted=p) for one, p in zip(looked_at, corrected, strict=True))


def _tested(
    predictions: Predictions,
    groups: Sequence[Subgroup],
    metric: str,
    label: str | None,
    measured: Callable[[Predictions], GroupedMetric],
) -> tuple[tuple[Subgroup, ...], float]:
    """Return the groups with their p-values, and the p-value of all being alike.

    Groups that are not reliable have none.
    """
    usable = [at for at, group in enumerate(groups) if group.number.reliable]
    if len(usable) < 2:
        return tuple(groups), math.nan
    rows = np.concatenate([groups[at].rows for at in usable])
    of_case = np.repeat(np.arange(len(usable)), [len(groups[at].rows) for at in usable])
    cases = predictions.subset(rows)
    strata = None
    if metric in GIVEN_TRUTH:
        true = cases.targets if label is None else cases.targets[:, [cases.labels.index(label)]]
        _, strata = np.unique(true, axis=0, return_inverse=True)
    found = heterogeneity(measured(cases), of_case, cases.patients, strata)
    p = dict(zip(usable, found.of_group.tolist(), strict=True))
    p_adjusted = dict(zip(usable, holm_adjusted(found.of_group.tolist()), strict=True))
    tested = [
        replace(group, p=p.get(at, math.nan), p_adjusted=p_adjusted.get(at, math.nan))
        for at, group in enumerate(groups)
    ]
    return tuple(tested), found.p


def _age_band(text: str) -> str:
    try:
        years = float(text)
    except ValueError:
        return UNKNOWN_VALUE
    for low, high in BANDS:
        if low <= years < high:
            return (
                f"{low} and over" if high == math.inf else f"{low} to {high - 1}" if high - low > 1 else f"under {high}"
            )
    return UNKNOWN_VALUE
