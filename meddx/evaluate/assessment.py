"""How good a model was on a set: every number with its 95 % interval, over all labels and for each.

`scored` holds what no threshold moves, `assess` adds the rest; a page that moves a threshold computes the first once
and hands it to the second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import counts
from meddx.evaluate.confusion import exclusive_confusion
from meddx.evaluate.counts import Cells, Tally, label_cells, tally
from meddx.evaluate.numbers import FEWEST, Kinds, Number, kinds, of_counts, over
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.scored import EPSILON, Numbers, Scored, scored

__all__ = ["EPSILON", "FEWEST", "Assessment", "Number", "Numbers", "Scored", "assess", "scored"]


@dataclass(frozen=True)
class Assessment:
    """Everything measured on one set of predictions.

    overall: accuracy of the whole answer, and means over labels (macro) of the rest; micro: every (case, label) alike.
    Exclusive labels: these two take the most probable label as called, per_label each label at its own threshold.
    confusion: (labels, labels) counts of the true label (row) and the most probable one; None for independent labels.
    cells: label -> [[hits, missed], [false alarms, rejected]] at its threshold. prevalence: what the PPV and NPV "at
    prevalence" are for, None when not asked for. patients: how many different ones; fewer than n when they repeat.
    """

    labels: tuple[str, ...]
    n: int
    patients: int
    exclusive: bool
    thresholds: tuple[float, ...]
    prevalence: float | None
    overall: Numbers
    micro: Numbers
    per_label: dict[str, Numbers]
    confusion: NDArray[np.int64] | None
    cells: dict[str, NDArray[np.int64]]


def assess(
    predictions: Predictions,
    thresholds: Sequence[float],
    exclusive: bool,
    *,
    ordered: bool = False,
    prevalence: float | None = None,
    known: Scored | None = None,
) -> Assessment:
    """Every metric with its interval.

    thresholds: one a label; called at or above it. ordered: whether exclusive labels go from least to most (grades),
    for the quadratic kappa. prevalence: share of patients with the label, in (0, 1), for PPV and NPV elsewhere.
    known: what `scored` gave for the same predictions, so that it is not computed again.
    """
    known = known or scored(predictions, exclusive, ordered)
    p, true = predictions.probabilities, predictions.targets
    at_threshold = p >= np.asarray(thresholds, np.float64)
    per_label: dict[str, Numbers] = {}
    cells = {}
    of_labels = []
    for column, label in enumerate(predictions.labels):
        of = kinds(true[:, column], predictions)
        one = _tallied(predictions, at_threshold[:, [column]], true[:, [column]])
        hits, false, missed, rejected = one.totals.astype(np.int64)
        cells[label] = np.array([[hits, missed], [false, rejected]])
        per_label[label] = known.per_label[label] | _label_numbers(one, prevalence, of)
        of_labels.append(of)
    called = np.eye(p.shape[1], dtype=bool)[p.argmax(axis=1)] if exclusive else at_threshold
    all_labels = _tallied(predictions, called, true)
    everywhere = over(of_labels)
    return Assessment(
        predictions.labels,
        len(predictions),
        predictions.n_patients,
        exclusive,
        tuple(float(t) for t in thresholds),
        prevalence,
        known.overall | _over_labels(all_labels, everywhere, exclusive, micro=False),
        known.micro | _over_labels(all_labels, everywhere, exclusive, micro=True),
        per_label,
        exclusive_confusion(p, true) if exclusive else None,
        cells,
    )


def _tallied(predictions: Predictions, called: NDArray[np.bool_], true: NDArray[np.bool_]) -> Tally:
    return tally(label_cells(called, true), predictions.patients, predictions.n_patients)


def _label_numbers(one: Tally, prevalence: float | None, of: Kinds) -> Numbers:
    metrics = dict(counts.METRICS)
    if prevalence is not None:
        metrics |= {"precision at prevalence": counts.precision_at(prevalence)}
        metrics |= {"npv at prevalence": counts.npv_at(prevalence)}
    return {name: of_counts(one, metric, name, of) for name, metric in metrics.items()}


def _over_labels(all_labels: Tally, everywhere: Kinds, exclusive: bool, micro: bool) -> Numbers:
    numbers = {}
    for name, metric in counts.METRICS.items():

        def of_all(totals: Cells, metric: Callable[[Cells], Cells] = metric) -> Cells:
            cells = totals.reshape(*totals.shape[:-1], -1, 4)
            return metric(cells.sum(axis=-2)) if micro else metric(cells).mean(axis=-1)

        numbers[name] = of_counts(all_labels, of_all, name, everywhere)
    if exclusive and not micro:
        numbers["accuracy"] = of_counts(all_labels, _share_right, "accuracy", everywhere)
    return numbers


def _share_right(totals: Cells) -> Cells:
    """Cases whose one label was the one called."""
    cells = totals.reshape(*totals.shape[:-1], -1, 4)
    return cells[..., 0].sum(axis=-1) / (cells[..., 0] + cells[..., 2]).sum(axis=-1)
