"""Headline metrics on the validation and test cases as a model's card states them, measured by `assess`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import logit

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Estimate, assess
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.predictions import Predictions
from meddx.model.card import CardMetric

DECIMALS = 6


class TwoSidedComparison(Protocol):
    """A comparison of one group of labels against another, among the cases of either."""

    @property
    def name(self) -> str:
        """Return the comparison's name."""
        ...

    @property
    def positive(self) -> Sequence[str]:
        """Return the labels of the positive side."""
        ...

    @property
    def negative(self) -> Sequence[str]:
        """Return the labels of the negative side."""
        ...


@dataclass(frozen=True)
class Measured:
    """One measured metric and the number of patients it was measured on.

    metric: its name in the registry; label: name of the label or comparison, None over all labels.
    """

    metric: str
    label: str | None
    estimate: Estimate
    patients: int

    @property
    def interval(self) -> str:
        """Return the method of its interval, with the number of patients where they have several cases."""
        method = self.estimate.method
        if self.patients == self.estimate.n or "patients" in method:
            return method
        return f"{method}, over {self.patients} patients"


def measure(
    predictions: Predictions, thresholds: Sequence[float], exclusive: bool, ordered: bool = False
) -> list[Measured]:
    """Return the headline metrics over all labels, then those of each label against the rest.

    Measured by `assess`. thresholds: one a label; ordered: whether exclusive labels go from least to most.
    """
    found = assess(predictions, thresholds, exclusive, ordered=ordered)
    measured = [
        Measured(name, None, found.overall[name], found.patients)
        for name in metric_registry.headline("overall")
        if name in found.overall
    ]
    return measured + [
        Measured(name, label, estimates[name], found.patients)
        for label, estimates in found.per_label.items()
        for name in metric_registry.headline("label")
    ]


def measure_comparison(comparison: TwoSidedComparison, chosen_by: Predictions, cases: Predictions) -> list[Measured]:
    """Return the headline metrics of a comparison among `cases`, at the Youden threshold chosen on `chosen_by`."""
    chosen = two_sided(chosen_by, comparison)
    threshold = youden_threshold(chosen.probabilities[:, 0], chosen.targets[:, 0])
    sides = two_sided(cases, comparison)
    return [one for one in measure(sides, [threshold], exclusive=False) if one.label is not None]


def two_sided(predictions: Predictions, comparison: TwoSidedComparison) -> Predictions:
    """Return the cases of either side, with the comparison as their only label.

    Its probability is the share of the positive side in the probability of both.
    """
    of = {label: column for column, label in enumerate(predictions.labels)}
    plus, minus = ([of[label] for label in side] for side in (comparison.positive, comparison.negative))
    subset = predictions.subset(np.flatnonzero(predictions.targets[:, plus + minus].any(axis=1)))
    positive, negative = (subset.probabilities[:, side].sum(axis=1, keepdims=True) for side in (plus, minus))
    p = positive / (positive + negative)
    truth = np.asarray(subset.targets[:, plus].any(axis=1, keepdims=True))
    return Predictions(
        (comparison.name,), subset.cases, subset.groups, truth, logit(p).astype(np.float32), p, subset.attributes
    )


def stated(measured: Iterable[Measured], where: str) -> list[CardMetric]:
    """Return the measured metrics as a card states them, without those that are not defined.

    where: name of the set.
    """
    return [_stated(one, where) for one in measured if np.isfinite(one.estimate.value)]


def as_estimate(metric: CardMetric) -> Estimate:
    """Return a card's metric as an estimate: with its interval, and whether that is reliable."""
    low, high = (float("nan") if limit is None else limit for limit in (metric.low, metric.high))
    reason = metric.reason or ""
    return Estimate(metric.value, low, high, metric.interval, metric.n, None, not reason, reason)


def _stated(one: Measured, where: str) -> CardMetric:
    estimate = one.estimate
    limits = np.isfinite([estimate.low, estimate.high]).all()
    return CardMetric(
        name=one.metric,
        set=where,
        value=round(estimate.value, DECIMALS),
        low=round(estimate.low, DECIMALS) if limits else None,
        high=round(estimate.high, DECIMALS) if limits else None,
        n=estimate.n,
        label=one.label,
        interval=one.interval,
        reason=estimate.reason or None,
    )
