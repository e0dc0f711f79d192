"""Compute how many recorded maps pass the quick check: over all findings, by label and by subgroup."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from meddx.evaluate.intervals import Interval
from meddx.evaluate.map_evaluation.patient_means import mean_over_maps
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.subgroups import group_values, subgroup_columns
from meddx.explain.map_record import MapRecord

BY_LABEL = ""
"""In the place of an attribute's name: the maps of one label."""
ALL_FINDINGS = (BY_LABEL, "")
"""Key of the maps of all findings."""


@dataclass(frozen=True)
class PassingShare:
    """The share of n maps that pass, with its 95 % interval over patients."""

    share: Interval
    n: int


def passing_shares(record: MapRecord, predictions: Predictions) -> Mapping[tuple[str, str], PassingShare]:
    """Return the shares by (attribute, value): ALL_FINDINGS first, then (BY_LABEL, label), then each subgroup.

    predictions: of the test set, recorded with the model. Groups without a map are left out; nothing at all where the
    record names no map of these cases.
    """
    row_of = {case: row for row, case in enumerate(predictions.cases)}
    checked = [(one, row_of[one.case]) for one in record.checked if one.case in row_of]
    if not checked:
        return {}
    passed = np.array([one.passed for one, _ in checked], np.float64)
    patients = np.array([predictions.groups[row] for _, row in checked])
    groups = {ALL_FINDINGS: np.ones(len(checked), bool)}
    labels = np.array([one.label for one, _ in checked])
    groups |= {(BY_LABEL, label): labels == label for label in predictions.labels}
    for column in subgroup_columns(predictions):
        values = group_values(predictions, column)
        of_map = np.array([values[row] for _, row in checked])
        groups |= {(column, value): of_map == value for value in sorted(set(values))}
    return {
        key: PassingShare(mean_over_maps(passed[chosen], patients[chosen].tolist()), int(chosen.sum()))
        for key, chosen in groups.items()
        if chosen.any()
    }
