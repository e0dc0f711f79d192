"""Convert an assessment to the JSON that scripts read and pages export."""

import math
from collections.abc import Mapping

from meddx.evaluate.assessment import Assessment, Estimate, Estimates
from meddx.evaluate.prediction_sets import PredictionSets
from meddx.evaluate.subgroups import Subgroups
from meddx.types import JSON, Refusal


def evaluation_document(
    found: Assessment,
    threshold_origin: str,
    *,
    refused: Mapping[str, Refusal] | None = None,
    sets: PredictionSets | None = None,
    groups: Subgroups | None = None,
) -> JSON:
    """Return the document of `meddx evaluate --json`; undefined values are null.

    metrics: those of the label of interest ("positive"), else means over labels; "macro" has these in any case.
    refused: case id -> why it was not measured.
    """
    refused = refused or {}
    shape: JSON = {
        "n": found.n,
        "n_patients": found.patients,
        "n_refused": len(refused),
        "labels": list(found.labels),
        "exclusive": found.exclusive,
        "threshold_origin": threshold_origin,
        "prevalence": found.prevalence,
        "positive": found.positive,
        "metrics": _numbers(found.headline),
        "macro": _numbers(found.overall),
        "micro": _numbers(found.micro),
        "per_label": {
            label: {
                **_numbers(found.per_label[label]),
                "n_positive": int(found.cells[label][0].sum()),
                "threshold": _defined(threshold),
                "cells": None if math.isnan(threshold) else found.cells[label].tolist(),
            }
            for label, threshold in zip(found.labels, found.thresholds, strict=True)
        },
        "confusion": None if found.confusion is None else found.confusion.tolist(),
        "refused": [{"case": case, "rule": why.rule, "reason": why.reason} for case, why in refused.items()],
    }
    if sets is not None:
        shape["prediction_sets"] = {
            "target_coverage": sets.target_coverage,
            "coverage": _numbers(sets.coverage),
            "sizes": sets.sizes.tolist(),
            "mean_size": sets.mean_size,
            "one_label": estimate_json(sets.singly),
            "right_when_one_label": estimate_json(sets.right),
        }
    if groups is not None:
        shape["subgroups"] = {
            "column": groups.column,
            "metric": groups.metric,
            "label": groups.label,
            "p": _defined(groups.p),
            "p_adjusted": _defined(groups.p_adjusted),
            "groups": [
                {
                    "group": group.value,
                    **estimate_json(group.number),
                    "difference": _defined(group.difference.value),
                    "difference_low": _defined(group.difference.low),
                    "difference_high": _defined(group.difference.high),
                    "p": _defined(group.p),
                    "p_adjusted": _defined(group.p_adjusted),
                }
                for group in groups.groups
            ],
        }
    return shape


def estimate_json(one: Estimate) -> JSON:
    """Return a metric with its interval."""
    return {
        "value": _defined(one.value),
        "low": _defined(one.low),
        "high": _defined(one.high),
        "method": one.method,
        "n": one.n,
        "positives": one.positives,
        "reliable": one.reliable,
        "reason": one.reason,
    }


def _numbers(numbers: Estimates) -> JSON:
    return {name: estimate_json(one) for name, one in numbers.items()}


def _defined(value: float) -> float | None:
    return value if math.isfinite(value) else None
