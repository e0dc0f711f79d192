"""Estimates of metrics, with interval, number of cases and whether the interval is reliable."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.confusion_metrics import FN, TP, Counts, Tally
from meddx.evaluate.exact_interval import ProportionInterval
from meddx.evaluate.influence_functions import Shares, VarianceEstimate, by_patient, spread
from meddx.evaluate.intervals import Interval, on_log_scale, on_logit_scale, wilson
from meddx.evaluate.metric import Metric
from meddx.evaluate.minima import FEWEST
from meddx.evaluate.predictions import Predictions


@dataclass(frozen=True)
class Estimate:
    """A metric with its 95 % interval [low, high] and the method that gave it; NaN where it is not defined.

    n: cases it was measured on; positives: how many of them have the label (None over several labels).
    reliable: whether the interval can be relied on; if not, `reason` says why, in one sentence.
    """

    value: float
    low: float
    high: float
    method: str
    n: int
    positives: int | None
    reliable: bool
    reason: str = ""


@dataclass(frozen=True)
class CaseCounts:
    """The numbers of cases that an estimate rests on.

    n: cases; positives: those with the label, None over labels; fewer: patients who have the rarest kind of case.
    """

    n: int
    positives: int | None
    fewer: int

    def number(self, interval: Interval, among: int | None = None) -> Estimate:
        """Return the interval as an estimate, marked unreliable where it rests on too few patients.

        Also unreliable: NaN limits, no width. among: number of patients counted among, where fewer than all.
        """
        if math.isnan(interval.value):
            return self.undefined(
                "Not defined: cases with and without the label that scores do not separate are needed."
            )
        reason = ""
        if math.isinf(interval.high):
            reason = "No case speaks against it here, so nothing bounds it above."
        elif math.isnan(interval.low):
            reason = "At its limit in every case here: no interval can be given."
        elif self.fewer < FEWEST:
            reason = (
                f"Only {self.fewer} patients with or without the label: fewer than {FEWEST} are not to be relied on."
            )
        elif among is not None and among < FEWEST:
            reason = f"Counted among {among} patients only: fewer than {FEWEST} are not to be relied on."
        elif interval.high - interval.low <= 1e-9 * abs(interval.value):
            reason = "Every case counts alike here, so the interval has no width: it says nothing about other cases."
        low, high = interval.low, interval.high
        return Estimate(interval.value, low, high, interval.method, self.n, self.positives, not reason, reason)

    def undefined(self, reason: str) -> Estimate:
        """Return an estimate without a value, with the reason why there is none."""
        return Estimate(math.nan, math.nan, math.nan, "none", self.n, self.positives, False, reason)


def case_counts(true: NDArray[np.bool_], predictions: Predictions) -> CaseCounts:
    """Return the case counts of one label.

    true: (n,).
    """
    positives = int(true.sum())
    if predictions.n_patients == len(predictions):
        return CaseCounts(len(true), positives, min(positives, len(true) - positives))
    fewer = min(int(np.count_nonzero(np.bincount(predictions.patients[kind]))) for kind in (true, ~true))
    return CaseCounts(len(true), positives, fewer)


def case_counts_over_labels(labels: Sequence[CaseCounts]) -> CaseCounts:
    """Return the case counts of all labels together; `fewer` is the smallest of any label."""
    return CaseCounts(labels[0].n, None, min(one.fewer for one in labels))


def estimate_from_counts(
    one: Tally,
    function: Callable[[Counts], Counts],
    metric: Metric,
    of: CaseCounts,
    interval: ProportionInterval = wilson,
) -> Estimate:
    """Return the estimate of a function of counts, with the metric's interval.

    That of a proportion of one label's cases is `interval`; where patients repeat, with the effective number of cases
    that follows from the variance over patients.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(np.real(function(one.totals)))
        found = one.spread(function) if math.isfinite(value) else VarianceEstimate(math.nan, 1.0)
    if not math.isfinite(value):
        return of.undefined("Not defined: there is no case to count.")
    share = metric.share
    if share is not None and len(one.totals) == 4:
        return _proportion(one, share, found, of, interval)
    return of.number(_scaled(value, found, metric, of))


def estimate_from_influences(
    found: Shares | None, predictions: Predictions, metric: Metric, of: CaseCounts
) -> Estimate:
    """Return the estimate of a statistic, with the metric's interval.

    found: None where the statistic is not defined.
    """
    if found is None or math.isnan(found.value):
        return of.undefined("Not defined: cases with and without the label are needed.")
    sums = spread(by_patient(found.of_case, predictions.patients, predictions.n_patients))
    return of.number(_scaled(found.value, sums, metric, of))


def proportion(
    right: NDArray[np.bool_],
    among: NDArray[np.bool_],
    predictions: Predictions,
    interval: ProportionInterval = wilson,
) -> Estimate:
    """Return the share of the cases `among` that are `right`, with its interval.

    right, among: (n,).
    """
    rows = np.stack([right & among, ~right & among], axis=1).astype(np.float64)
    if predictions.n_patients < len(predictions):
        rows = np.stack([np.bincount(predictions.patients, column) for column in rows.T], axis=1)
    rows = rows[rows.any(axis=1)]
    n = int(among.sum())
    of = CaseCounts(n, None, len(rows))
    if not n:
        return of.undefined("Not defined: there is no case to count.")
    cells, weights = np.unique(
        np.column_stack([rows[:, 0], np.zeros((len(rows), 1)), rows[:, 1:], np.zeros(len(rows))]),
        axis=0,
        return_counts=True,
    )
    one = Tally(cells, weights.astype(np.float64), n)
    variance = one.spread(lambda c: c[..., TP] / (c[..., TP] + c[..., FN]))
    found = _proportion(one, ((TP,), (TP, FN)), variance, of, interval)
    return replace(found, positives=None)


def _proportion(
    one: Tally,
    share: tuple[tuple[int, ...], tuple[int, ...]],
    found: VarianceEstimate,
    of: CaseCounts,
    interval: ProportionInterval,
) -> Estimate:
    """Return a proportion with its interval.

    share: the cells of the numerator, and those of the denominator.
    """
    counted, among = (list(cells) for cells in share)
    n = float(one.totals[among].sum())
    value = float(one.totals[counted].sum()) / n
    patients = int(one.weights[one.rows[:, among].any(axis=1)].sum())
    if one.patients == one.cases:
        limits = interval(value * n, n, math.inf)
    else:
        # All right or all wrong: patients may be all that counts, so they are taken for the cases.
        known = 0 < value < 1 and found.variance > 0
        effective = min(n, value * (1 - value) / found.variance) if known else patients
        freedom = found.freedom if known else math.inf
        limits = interval(value * effective, effective, freedom)
        limits = replace(limits, value=value, method=f"{limits.method} over {patients} patients")
    return of.number(limits, patients)


def _scaled(value: float, found: VarianceEstimate, metric: Metric, of: CaseCounts) -> Interval:
    """Return the interval on the metric's scale.

    At the upper end of the range: Wilson's, as if all cases of the rarer kind were right.
    """
    if metric.interval == "log":
        return on_log_scale(value, found)
    low, high = metric.low, metric.high
    if value < high or of.fewer == 0:
        return on_logit_scale(value, found, low, high)
    edge = wilson(of.fewer, of.fewer)
    return Interval(value, low + (high - low) * edge.low, high, "Wilson score of the rarer kind")
