"""Convert an assessment to the JSON that scripts read and pages export."""

import math
from collections.abc import Mapping, Sequence

from meddx.evaluate.assessment import Assessment, Estimates
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.details_json import details_json, estimate_json, finite, in_file_scale
from meddx.evaluate.label_details import LabelDetails
from meddx.evaluate.prediction_sets import PredictionSets
from meddx.evaluate.subgroups import Subgroups
from meddx.evaluate.training_similarity import UnlikeCases
from meddx.types import JSON, Refusal


def evaluation_document(
    found: Assessment,
    threshold_origin: str,
    *,
    refused: Mapping[str, Refusal] | None = None,
    sets: PredictionSets | None = None,
    groups: Subgroups | None = None,
    details: Mapping[str, LabelDetails] | None = None,
    moved: Sequence[str] = (),
    reversed_from: float | None = None,
    unlike: UnlikeCases | None = None,
) -> JSON:
    """Return the document of `meddx evaluate --json`; undefined values are null.

    metrics: those of the label of interest ("positive"), else means over labels; "macro" has these in any case.
    refused: case id -> why it was not measured. details: by label; each label then has its operating points and curves.
    moved: labels whose threshold was chosen on these cases, so that what it gives is optimistic.
    reversed_from: as of ExternalPredictions; thresholds are on the scale of the file.
    unlike: the cases unlike the training images; None where that was not measured.
    """
    refused, details = refused or {}, details or {}
    shape: JSON = {
        "n": found.n,
        "n_patients": found.patients,
        "n_refused": len(refused),
        "unlike_training_images": None
        if unlike is None
        else {"count": unlike.count, "compared_with": unlike.reference, "limit": unlike.limit}
        | estimate_json(unlike.share),
        "labels": list(found.labels),
        "exclusive": found.exclusive,
        "threshold_origin": threshold_origin,
        "called": "at or above the threshold" if reversed_from is None else "at or below the threshold",
        "thresholds_chosen_on_these_cases": list(moved),
        "multiplicity": MANY_LOOKS,
        "prevalence": found.prevalence,
        "positive": found.positive,
        "metrics": _numbers(found.headline),
        "macro": _numbers(found.overall),
        "micro": _numbers(found.micro),
        "per_label": {
            label: {
                **_numbers(found.per_label[label]),
                "n_positive": int(found.cells[label][0].sum()),
                "threshold": in_file_scale(threshold, reversed_from),
                "threshold_chosen_on_these_cases": label in moved,
                "cells": None if math.isnan(threshold) else found.cells[label].tolist(),
                **(details_json(details[label], reversed_from) if label in details else {}),
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
            "p": finite(groups.p),
            "p_adjusted": finite(groups.p_adjusted),
            "groups": [
                {
                    "group": group.value,
                    **estimate_json(group.number),
                    "difference": finite(group.difference.value),
                    "difference_low": finite(group.difference.low),
                    "difference_high": finite(group.difference.high),
                    "p": finite(group.p),
                    "p_adjusted": finite(group.p_adjusted),
                }
                for group in groups.groups
            ],
        }
    return shape


def _numbers(numbers: Estimates) -> JSON:
    return {name: estimate_json(one) for name, one in numbers.items()}
