"""Convert a comparison to JSON, the same for scripts and for the page's export."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from meddx.evaluate.assessment import Estimate, Estimates, assess
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.details_json import in_file_scale
from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.agreement import Agreement, agreement, answering, fleiss_agreement
from meddx.evaluate.paired.comparison import Comparison, comparable_labels
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.difference_rows import difference_row, json_number
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.version_replacement import Replacement
from meddx.types import JSON


def comparison_document(
    found: Comparison,
    *,
    quoted: Sequence[PairedDifference] = (),
    margin: float | None = None,
    replacements: Iterable[Replacement] = (),
) -> JSON:
    """Return the comparison as a JSON document, with null for undefined values.

    quoted: the differences to test for non-inferiority at `margin`.
    """
    aligned = found.aligned
    asked = [label for label in comparable_labels(aligned) if label is not None or aligned.exclusive]
    shape: JSON = {
        "n_common": len(aligned),
        "multiplicity": MANY_LOOKS,
        "n_patients": aligned.systems[0].predictions.n_patients,
        "n_dropped": aligned.n_dropped,
        "dropped": dict(aligned.dropped),
        "unaligned_labels": {name: list(labels) for name, labels in aligned.unaligned.items()},
        "models": {system.id: _measured(system) for system in aligned.systems},
        "pairs": [difference_row(one) for one in found.differences],
        "agreement": [
            _agreed(a.id, b.id, label, one)
            for a, b in combinations(aligned.systems, 2)
            for label in asked
            if {a.id, b.id} <= {one.id for one in answering(aligned, label)}
            for one in agreement(aligned, a.id, b.id, label)
        ],
        "fleiss_kappa": [
            {"label": label, **_interval(kappa)}
            for label in asked
            if len(answering(aligned, label)) == len(aligned.systems)
            and (kappa := fleiss_agreement(aligned, label)) is not None
        ],
        "replacements": [_replaced(one) for one in replacements],
    }
    if margin is not None:
        shape["non_inferiority"] = [
            {
                "a": one.a,
                "b": one.b,
                "metric": difference.metric,
                "label": difference.label,
                "margin": one.margin,
                "lowest_gain": json_number(one.lowest),
                "shown": one.shown,
                "not_assessable": one.not_assessable or None,
            }
            for difference in quoted
            for one in non_inferiority(difference, margin)
        ]
    return shape


def _measured(system: System) -> JSON:
    """Return the metrics of one system as in the JSON of `meddx evaluate`, without the confusion matrix."""
    found = assess(system.predictions, system.thresholds, system.exclusive)
    targets = system.predictions.targets
    return {
        "title": system.title,
        "kind": system.kind,
        "version": system.version or None,
        "parameters": system.parameters,
        "calibrated": system.is_calibrated,
        "called": "at or above the threshold" if system.reversed_from is None else "at or below the threshold",
        "n": found.n,
        "n_refused": 0,
        "labels": list(found.labels),
        "positive": found.positive,
        "metrics": _numbers(found.headline),
        "macro": _numbers(found.overall),
        "per_label": {
            label: {
                **_numbers(found.per_label[label]),
                "n_positive": int(targets[:, column].sum()),
                "threshold": in_file_scale(found.thresholds[column], system.reversed_from),
            }
            for column, label in enumerate(found.labels)
        },
    }


def _agreed(a: str, b: str, label: str | None, one: Agreement) -> JSON:
    return {
        "a": a,
        "b": b,
        "label": label,
        "attribute": one.attribute,
        "value": one.value,
        "n": one.n,
        "both_right": one.both_right,
        "only_a_right": one.only_a,
        "only_b_right": one.only_b,
        "both_wrong": one.both_wrong,
        "same_answer": _interval(one.same),
        "cohen_kappa": _interval(one.kappa),
    }


def _replaced(one: Replacement) -> JSON:
    found = one.shift
    return {
        "old": one.old,
        "new": one.new,
        "label": found.label,
        "threshold_old": found.thresholds[0],
        "threshold_new": found.thresholds[1],
        "quantiles_old": list(found.old),
        "quantiles_new": list(found.new),
        "distance": found.distance,
        "recall": _numbers(found.recall),
        "specificity": _numbers(found.specificity),
        "rederived_threshold": None if one.rederived is None else _interval(one.rederived),
    }


def _numbers(numbers: Estimates | dict[str, Estimate]) -> JSON:
    return {
        name: {"value": json_number(one.value), "low": json_number(one.low), "high": json_number(one.high)}
        for name, one in numbers.items()
    }


def _interval(one: Interval) -> JSON:
    return {
        "value": json_number(one.value),
        "low": json_number(one.low),
        "high": json_number(one.high),
        "method": one.method,
    }
