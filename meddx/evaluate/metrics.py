"""How good predictions are: accuracy, recall, F1 and AUROC, over all labels and for each, with 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from meddx.evaluate.calibration import expected_calibration_error
from meddx.evaluate.intervals import Interval, clustered_bootstrap, wilson
from meddx.evaluate.predictions import Predictions

PROPORTIONS = ("accuracy", "recall", "specificity")
"""Metrics that are a share of cases, so that Wilson's interval applies when every case is a patient of its own."""


@dataclass(frozen=True)
class MeasuredMetric:
    """metric: its name; label: None over all labels; n: cases it was measured on."""

    metric: str
    label: str | None
    interval: Interval
    n: int


def auroc(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney 1947), ties counting half; NaN without both kinds.

    scores, positive: (n,).
    """
    count = int(positive.sum())
    if count in (0, len(positive)):
        return float("nan")
    rank_sum = rankdata(scores)[positive].sum()
    return float((rank_sum - count * (count + 1) / 2) / (count * (len(positive) - count)))


def binary_metrics(scores: NDArray[np.floating], positive: NDArray[np.bool_], threshold: float) -> dict[str, float]:
    """Accuracy, recall (sensitivity), specificity, precision, F1 of `score >= threshold`, and AUROC; NaN for 0 / 0."""
    called = scores >= threshold
    hits, false = int((called & positive).sum()), int((called & ~positive).sum())
    missed, rejected = int((~called & positive).sum()), int((~called & ~positive).sum())
    return {
        "accuracy": _ratio(hits + rejected, len(positive)),
        "recall": _ratio(hits, hits + missed),
        "specificity": _ratio(rejected, rejected + false),
        "precision": _ratio(hits, hits + false),
        "f1": _ratio(2 * hits, 2 * hits + false + missed),
        "auroc": auroc(scores, positive),
    }


def overall_metrics(
    probabilities: NDArray[np.floating], targets: NDArray[np.bool_], thresholds: Sequence[float], exclusive: bool
) -> dict[str, float]:
    """accuracy, recall, f1, auroc over all labels; recall, f1 and auroc are means over labels (macro).

    Exclusive: the label with the highest probability is called. Else each label at its threshold, and accuracy is the
    mean over labels too.
    """
    columns = range(targets.shape[1])
    if exclusive:
        called = probabilities.argmax(axis=1)[:, None] == np.arange(targets.shape[1])
        each = [binary_metrics(called[:, c].astype(float), targets[:, c], 0.5) for c in columns]
        accuracy = float((called & targets).any(axis=1).mean())
    else:
        each = [binary_metrics(probabilities[:, c], targets[:, c], thresholds[c]) for c in columns]
        accuracy = float(np.mean([one["accuracy"] for one in each]))
    areas = [auroc(probabilities[:, c], targets[:, c]) for c in columns]
    macro = {name: float(np.mean([one[name] for one in each])) for name in ("recall", "f1")}
    return {"accuracy": accuracy, **macro, "auroc": float(np.mean(areas))}


def measure(
    predictions: Predictions, thresholds: Sequence[float], exclusive: bool, resamples: int = 1000, seed: int = 0
) -> list[MeasuredMetric]:
    """Every metric of a set of predictions, over all labels first, then label by label one against the rest."""
    p, targets = predictions.probabilities, predictions.targets

    def overall(rows: NDArray[np.intp]) -> dict[str, float]:
        values = overall_metrics(p[rows], targets[rows], thresholds, exclusive)
        return values | {"expected calibration error": expected_calibration_error(predictions.subset(rows), exclusive)}

    measured = _with_intervals(overall, predictions, None, resamples, seed)
    if exclusive and not _patients_repeat(predictions):
        right = int(targets[np.arange(len(p)), p.argmax(axis=1)].sum())
        measured = _replaced(measured, "accuracy", wilson(right, len(p)))
    for column, label in enumerate(predictions.labels):
        measured += measure_binary(
            p[:, column],
            targets[:, column],
            thresholds[column],
            predictions,
            label,
            resamples=resamples,
            seed=seed,
        )
    return measured


def measure_binary(
    scores: NDArray[np.floating],
    positive: NDArray[np.bool_],
    threshold: float,
    predictions: Predictions,
    label: str,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> list[MeasuredMetric]:
    """binary_metrics of one question on the cases of `predictions`, with intervals. scores, positive: (n,)."""

    def statistics(rows: NDArray[np.intp]) -> dict[str, float]:
        return binary_metrics(scores[rows], positive[rows], threshold)

    measured = _with_intervals(statistics, predictions, label, resamples, seed)
    if _patients_repeat(predictions):
        return measured
    called = scores >= threshold
    counted = {
        "accuracy": (called == positive, np.ones_like(positive)),
        "recall": (called, positive),
        "specificity": (~called, ~positive),
    }
    for name in PROPORTIONS:
        right, among = counted[name]
        if among.any():
            measured = _replaced(measured, name, wilson(int((right & among).sum()), int(among.sum())))
    return measured


def two_sided_score(
    predictions: Predictions, positive: Sequence[str], negative: Sequence[str]
) -> tuple[Predictions, NDArray[np.float64], NDArray[np.bool_]]:
    """Cases of either side, (n,) share of the positive side in both sides' probability, (n,) whether it is true."""
    of = {label: column for column, label in enumerate(predictions.labels)}
    plus, minus = [of[label] for label in positive], [of[label] for label in negative]
    rows = np.flatnonzero(predictions.targets[:, plus + minus].any(axis=1))
    subset = predictions.subset(rows)
    for_it = subset.probabilities[:, plus].sum(axis=1)
    against = subset.probabilities[:, minus].sum(axis=1)
    truth: NDArray[np.bool_] = np.any(subset.targets[:, plus], axis=1)
    return subset, for_it / (for_it + against), truth


def _with_intervals(
    statistics: Callable[[NDArray[np.intp]], dict[str, float]],
    predictions: Predictions,
    label: str | None,
    resamples: int,
    seed: int,
) -> list[MeasuredMetric]:
    intervals = clustered_bootstrap(statistics, predictions.groups, resamples, seed)
    return [MeasuredMetric(name, label, interval, len(predictions)) for name, interval in intervals.items()]


def _replaced(measured: list[MeasuredMetric], name: str, interval: Interval) -> list[MeasuredMetric]:
    return [MeasuredMetric(m.metric, m.label, interval, m.n) if m.metric == name else m for m in measured]


def _patients_repeat(predictions: Predictions) -> bool:
    return len(set(predictions.groups)) < len(predictions)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
