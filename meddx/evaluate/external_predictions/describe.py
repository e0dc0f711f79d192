"""Describe how the columns of a file were interpreted, and what the user should check."""

import re

import numpy as np

from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions import column_names
from meddx.evaluate.external_predictions.columns import COHORT
from meddx.evaluate.external_predictions.scale import Scaled
from meddx.evaluate.external_predictions.score_finder import ScoreColumns, are_classes
from meddx.evaluate.external_predictions.source import Source
from meddx.evaluate.external_predictions.text_encoding import LEGACY_ENCODINGS, WESTERN
from meddx.evaluate.predictions import Predictions
from meddx.types import JSON

_IDENTIFIER = re.compile(r"(?=.*\d)(?!\d*[.,]\d+$)(?!\d+[-./]\d+[-./]\d+)[\w./-]{3,}")
"""A code with a digit in it that is neither a fraction nor a date."""
_FEWEST_PATIENTS = 10


def described(source: Source, scores: ScoreColumns, found: Scaled, predictions: Predictions) -> JSON:
    """Return the column of each role as JSON, null where there is none."""
    table, columns = source.table, source.columns
    named = not scores.truths
    shape: JSON = {
        "file": table.origin,
        "case": columns.case,
        "patient": columns.patient,
        "truth": columns.label if named else dict(scores.truths),
        "scores": dict(scores.columns),
        "scale": found.scale,
        "readers": dict(columns.readers),
        "thresholds": {name or predictions.labels[0]: column for name, column in columns.thresholds.items()},
        "attributes": list(predictions.attributes),
    }
    if scores.positive and columns.label is not None:
        values = table.text(columns.label)
        names = sorted(scores.positive | scores.negative)
        if are_classes(values, names):
            shape["with_label"], shape["without_label"] = sorted(scores.positive), sorted(scores.negative)
    return shape


def sentence(columns: JSON) -> str:
    """Return the description of the columns as one sentence."""

    def listed(part: object) -> str:
        if isinstance(part, dict):
            return ", ".join(name if name == column else f"{name} = {column!r}" for name, column in part.items())
        return repr(part)

    parts = [
        columns["file"],
        f"case {columns['case']!r}" if columns["case"] is not None else "rows are the cases",
        f"patient {columns['patient']!r}" if columns["patient"] else "no column of patients: each case counts as one",
        f"truth {listed(columns['truth'])}",
        f"{columns['scale']} {listed(columns['scores'])}",
    ]
    if "with_label" in columns:
        without = ", ".join(columns["without_label"]) or "none"
        parts.append(f"with the label: {', '.join(columns['with_label'])}; without: {without}")
    parts += [f"{role} {listed(columns[role])}" for role in ("readers", "thresholds") if columns[role]]
    if columns["attributes"]:
        parts.append(f"attributes {', '.join(columns['attributes'])}")
    return "Read as: " + "; ".join(parts) + "."


def notes_on(source: Source, scores: ScoreColumns, predictions: Predictions) -> list[str]:
    """Return what the user should check in how the file was read."""
    table, columns = source.table, source.columns
    notes = []
    legacy = next((name for name in LEGACY_ENCODINGS if f"text in {name}" in table.origin), None)
    if legacy is not None:
        notes.append(
            f"The file is not UTF-8 and was read as {legacy}{' (Latin-1)' if legacy == WESTERN else ''}: check letters "
            "beyond ASCII, and save it as UTF-8 where they are wrong."
        )
    if columns.case in column_names.LAST_RESORT:
        notes.append(f"Cases are named by {columns.case!r}, which may be a row number: check before comparing files.")
    notes.extend(
        f"Column {name!r:.80} holds two values only: calls rather than scores, of which areas say little."
        for column, name in enumerate(scores.columns.values())
        if len(predictions) > 2 and len(np.unique(predictions.probabilities[:, column])) == 2
    )
    labels = {key(label) for label in predictions.labels}
    notes.extend(
        f"Column {name!r:.80} is the threshold of no label here and was not used."
        for label, name in columns.thresholds.items()
        if label and key(label) not in labels
    )
    likely = [
        name
        for name in predictions.attributes
        if columns.patient is None
        and (
            (("patient" in key(name) or "subject" in key(name) or key(name) == "group") and _repeats(predictions, name))
            or _may_identify(predictions, name)
        )
    ]
    if likely:
        notes.append(
            f"Column {likely[0]!r:.80} may name patients with several cases; type --column patient={likely[0]} if it "
            "does, or the intervals come out too narrow."
        )
    return notes


def _repeats(predictions: Predictions, name: str) -> bool:
    values = [value for value in predictions.attributes[name] if value is not None]
    return len(values) / 4 < len(set(values)) < len(values)


def _may_identify(predictions: Predictions, name: str) -> bool:
    """Return whether an attribute holds codes that each stand for a few cases, as the patients' numbers do."""
    values = [value for value in predictions.attributes[name] if value is not None]
    codes = set(values)
    return (
        key(name) not in column_names.NO_SCORE
        and max(_FEWEST_PATIENTS, len(values) / COHORT) < len(codes) < len(values)
        and all(_IDENTIFIER.fullmatch(str(code)) for code in codes)
    )
