"""Define every metric in one row each, from which lists, titles, orders, directions, formats and tests are derived.

A new metric is its function and a row here. The order of the rows is the order in every table.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from meddx import formatting
from meddx.evaluate import calibration_slope, case_losses, confusion_metrics, likelihood_ratios, ranking_metrics
from meddx.evaluate.calibration_interval import calibration_interval
from meddx.evaluate.confusion_metrics import FN, FP, TN, TP
from meddx.evaluate.metric import (
    AtPrevalence,
    AtSpecificity,
    Metric,
    OfBins,
    OfCalls,
    OfCases,
    OfCounts,
    OfGrades,
    OfProbabilities,
    OfRanks,
    Where,
)
from meddx.evaluate.paired import weighted_metrics

_Value = TypeVar("_Value")
BOTH: frozenset[Where] = frozenset({"overall", "label"})
OVERALL: frozenset[Where] = frozenset({"overall"})
OF_LABEL: frozenset[Where] = frozenset({"label"})

METRICS: tuple[Metric, ...] = (
    Metric(
        "auroc", "AUROC", "AUROC", "the area under the ROC curve",
        "Probability that a positive case scores above a negative one: 0.5 is chance.",
        OfRanks(ranking_metrics.auroc), "logit", "delong", headline=BOTH,
    ),
    Metric(
        "average precision", "Average precision", "Average precision", "average precision",
        "PPV averaged over all sensitivities; chance gives the prevalence.",
        OfRanks(ranking_metrics.average_precision, weighted_metrics.weighted_average_precision), "logit", "bootstrap",
    ),
    Metric(
        "recall", "Sensitivity (recall)", "Sensitivity", "sensitivity",
        "Share of positive cases that are predicted positive.",
        OfCounts(confusion_metrics.recall, ((TP,), (TP, FN))), "wilson", "mcnemar", headline=BOTH,
    ),
    Metric(
        "specificity", "Specificity", "Specificity", "specificity",
        "Share of negative cases that are predicted negative.",
        OfCounts(confusion_metrics.specificity, ((TN,), (FP, TN))), "wilson", "mcnemar", headline=BOTH,
    ),
    Metric(
        "precision", "PPV (precision)", "PPV", "the positive predictive value",
        "Share of positive predictions that are correct. Lower where the label is rarer.",
        OfCounts(confusion_metrics.precision, ((TP,), (TP, FP))), "wilson", "bootstrap", headline=OF_LABEL,
    ),
    Metric(
        "npv", "NPV", "NPV", "the negative predictive value",
        "Share of negative predictions that are correct.",
        OfCounts(confusion_metrics.npv, ((TN,), (FN, TN))), "wilson", "bootstrap",
    ),
    Metric(
        "accuracy", "Accuracy", "Accuracy", "accuracy",
        "Share of cases predicted correctly.",
        OfCounts(confusion_metrics.accuracy, ((TP, TN), (TP, FP, FN, TN)), of_answers=True),
        "wilson", "mcnemar", headline=BOTH,
    ),
    Metric(
        "balanced accuracy", "Balanced accuracy", "Balanced accuracy", "balanced accuracy",
        "Mean of sensitivity and specificity; it does not depend on prevalence.",
        OfCounts(confusion_metrics.balanced_accuracy), "logit", "bootstrap",
    ),
    Metric(
        "f1", "F1", "F1", "F1",
        "Harmonic mean of sensitivity and PPV.",
        OfCounts(confusion_metrics.f1), "logit", "bootstrap", headline=BOTH,
    ),
    Metric(
        "mcc", "Matthews correlation", "MCC", "the Matthews correlation",
        "Correlation between prediction and truth: 0 is chance, 1 is perfect.",
        OfCounts(confusion_metrics.mcc), "logit", "bootstrap", low=-1.0,
    ),
    Metric(
        "precision at prevalence", "PPV at the stated prevalence", "PPV at prevalence",
        "the positive predictive value at the stated prevalence",
        "Share of positive predictions that are correct at that prevalence.",
        AtPrevalence(confusion_metrics.precision_at), "logit",
    ),
    Metric(
        "npv at prevalence", "NPV at the stated prevalence", "NPV at prevalence",
        "the negative predictive value at the stated prevalence",
        "Share of negative predictions that are correct at that prevalence.",
        AtPrevalence(confusion_metrics.npv_at), "logit",
    ),
    Metric(
        "positive likelihood ratio", "Positive likelihood ratio", "LR+", "the positive likelihood ratio",
        "By how much a positive prediction multiplies the odds of the label; 1 says nothing.",
        OfCalls(likelihood_ratios.positive_likelihood_ratio), "log", high=float("inf"), digits=2,
    ),
    Metric(
        "negative likelihood ratio", "Negative likelihood ratio", "LR\N{MINUS SIGN}", "the negative likelihood ratio",
        "By how much a negative prediction multiplies the odds of the label; 1 says nothing.",
        OfCalls(likelihood_ratios.negative_likelihood_ratio),
        "log", high=float("inf"), higher_is_better=False,
    ),
    Metric(
        "brier", "Brier score", "Brier score", "the Brier score",
        "Mean squared error of the probabilities: 0 is best.",
        OfCases(case_losses.squared_error, case_losses.squared_error_of_answers),
        "log", "mean", high=2.0, higher_is_better=False,
    ),
    Metric(
        "log loss", "Log loss", "Log loss", "the log loss",
        "Mean negative log-likelihood of the true labels: 0 is best.",
        OfCases(case_losses.surprise, case_losses.surprise_of_answers),
        "log", "mean", high=float("inf"), higher_is_better=False,
    ),
    Metric(
        "expected calibration error", "Expected calibration error", "Calibration error", "the calibration error",
        "Mean gap between predicted probability and observed frequency: 0 is best.",
        OfBins(calibration_interval), "calibration", "swaps", higher_is_better=False, headline=OVERALL,
    ),
    Metric(
        "calibration slope", "Calibration slope", "Calibration slope", "the calibration slope",
        "Slope of observed on predicted log odds: 1 is best, below 1 probabilities are too extreme.",
        OfProbabilities(calibration_slope.calibration_slope), "wald", low=float("-inf"), high=float("inf"), digits=2,
    ),
    Metric(
        "calibration intercept", "Calibration intercept", "Calibration intercept", "the calibration intercept",
        "Observed less predicted log odds: 0 is best, below 0 probabilities are too high overall.",
        OfProbabilities(calibration_slope.calibration_intercept),
        "wald", low=float("-inf"), high=float("inf"), digits=2,
    ),
    Metric(
        "quadratic kappa", "Quadratic kappa", "Quadratic kappa", "quadratic kappa",
        "Agreement between grades beyond chance; larger errors count more.",
        OfGrades(confusion_metrics.quadratic_kappa), "logit", low=-1.0, headline=OVERALL,
    ),
    Metric(
        "recall at specificity", "Sensitivity at specificity", "Sensitivity at specificity",
        "sensitivity at specificity",
        "Share of positive cases that are predicted positive at that specificity.",
        AtSpecificity(weighted_metrics.sensitivity_at), None, "bootstrap",
    ),
)  # fmt: skip


def metrics() -> tuple[Metric, ...]:
    """Return every row, in the order of tables."""
    return METRICS


def find(name: str) -> Metric | None:
    """Return the row of a name, or None.

    The name may have a specificity at its end ("recall at specificity 0.900").
    """
    of_name = {metric.name: metric for metric in METRICS}
    if name in of_name:
        return of_name[name]
    base, _, value = name.rpartition(" ")
    if base in of_name and isinstance(of_name[base].of, AtSpecificity):
        try:
            return of_name[base].at(float(value))
        except ValueError:
            return None
    return None


def row(name: str) -> Metric:
    """Return the row of a name that is known to be in the registry.

    Raises KeyError for another.
    """
    found = find(name)
    if found is None:
        raise KeyError(name)
    return found


def title(name: str) -> str:
    """Return a metric's title, for the start of a line.

    A name that is not in the registry, such as one in a card from elsewhere, is returned with a capital.
    """
    found = find(name)
    return found.title if found else name[:1].upper() + name[1:]


def text(name: str, value: float) -> str:
    """Return a value as text in the metric's number format.

    For a name that is not in the registry it has three decimals.
    """
    found = find(name)
    return found.text(value) if found else formatting.decimal(value)


def metric_span(name: str, low: float, high: float) -> str:
    """Return an interval as text in the metric's number format.

    For a name that is not in the registry it has three decimals.
    """
    found = find(name)
    return found.span(low, high) if found else formatting.span(low, high)


def headline(where: Where) -> tuple[str, ...]:
    """Return the names of the metrics that are shown first over all labels or of each label."""
    return tuple(metric.name for metric in METRICS if where in metric.headline)


def in_groups() -> tuple[str, ...]:
    """Return the names of the metrics that are measured in every group of cases."""
    return tuple(metric.name for metric in METRICS if metric.in_groups)


def at_threshold() -> tuple[str, ...]:
    """Return the names of the metrics that depend on one label's threshold, at the prevalence of the cases."""
    return tuple(metric.name for metric in METRICS if metric.of_a_label and metric.needs_threshold)


def at_prevalence() -> tuple[str, ...]:
    """Return the names of the metrics that depend on a prevalence that the reader states."""
    return tuple(metric.name for metric in METRICS if isinstance(metric.of, AtPrevalence))


def ordered(names: Iterable[str]) -> list[str]:
    """Return the distinct names in the order of the rows, then those not in the registry in the order given."""
    given = dict.fromkeys(names)
    known = [metric.name for metric in METRICS]

    def place(name: str) -> int:
        base = name if name in known else name.rpartition(" ")[0]
        return known.index(base) if base in known else len(known)

    return sorted(given, key=place)


def in_order(values: Mapping[str, _Value]) -> dict[str, _Value]:
    """Return the values by name, in the order of the rows."""
    return {name: values[name] for name in ordered(values)}
