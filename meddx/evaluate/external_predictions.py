"""Predictions of any other system, a vendor's included, from a CSV or Parquet file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, read_predictions

CASE, LABEL, TRUE, READER = "case", "label", "true:", "reader:"
PATIENT_COLUMNS = ("patient", "patient_id", "group")
SUM_TOLERANCE = 1e-3
"""How far the probabilities of exclusive labels may sum from one: files hold rounded numbers."""


@dataclass(frozen=True)
class ExternalPredictions:
    """exclusive: every case carries exactly one label, and its probabilities sum to one.

    thresholds: 0.5 for every label, since a file states none; threshold_origin says so. readers: name of a person who
    read the cases -> (n,) what they called each, None where they did not read it.
    """

    predictions: Predictions
    exclusive: bool
    thresholds: tuple[float, ...]
    threshold_origin: str
    readers: Mapping[str, tuple[str | None, ...]]


def read_any(path: Path, labels: Sequence[str] = (), names: Mapping[str, str] | None = None) -> ExternalPredictions:
    """Read `case`, the truth, and one column of probabilities for each label.

    The truth stands in `label` (one name a case), or in a column `true:LABEL` for each label (1/0 or true/false, any
    number of them true). Probabilities stand in columns named as the labels. `patient` (or `patient_id`, `group`) says
    which cases belong together; `reader:NAME` columns hold readers' labels; other columns are attributes.
    A file of recorded predictions of a meddx model is read as well.
    labels: which columns are labels, in this order; without it, those that `label` names or that have a `true:` column,
    in the order of the file, and every other column of probabilities that sum with them to one.
    names: a name in `label` or a reader's column -> label, where they differ; several may map to one.
    Raises Refused naming row (from 1 after the header) and column of the first fault; values are not repeated.
    """
    table = _table(path)
    if any(name.startswith("logit:") for name in table.column_names):
        recorded = read_predictions(path)
        one_each = bool((recorded.targets.sum(axis=1) == 1).all())
        sums = bool(np.allclose(recorded.probabilities.sum(axis=1), 1, atol=SUM_TOLERANCE))
        return _other(recorded, one_each and sums and len(recorded.labels) > 1, {})
    _has(table, CASE)
    if not table.num_rows:
        raise Refused("empty-file", "The file has no rows; it needs one for each case.")
    names = {key.casefold(): value for key, value in (names or {}).items()}
    cases = _text(table, CASE, needed=True)
    _distinct(cases)
    named = _text(table, LABEL, needed=True) if LABEL in table.column_names else None
    found = list(labels) or _labels(table, named, names)
    probabilities = np.stack([_numbers(table, label) for label in found], axis=1)
    exclusive = named is not None and len(found) > 1
    if exclusive:
        _sums_to_one(probabilities)
    targets = _one_hot(table, found) if named is None else _named(named, found, names, LABEL)
    if named is None and len(found) > 1:
        one_each = bool((targets.sum(axis=1) == 1).all())
        exclusive = one_each and bool(np.allclose(probabilities.sum(axis=1), 1, atol=SUM_TOLERANCE))
    patient = next((column for column in PATIENT_COLUMNS if column in table.column_names), None)
    groups = _text(table, patient, needed=True) if patient else cases
    readers = {
        column.removeprefix(READER): _reader(table, column, found, names)
        for column in table.column_names
        if column.startswith(READER)
    }
    taken = {CASE, LABEL, patient, *found, *(f"{TRUE}{label}" for label in found)}
    attributes = {
        column.removeprefix("about:"): _optional(table, column)
        for column in table.column_names
        if column not in taken and not column.startswith(READER)
    }
    with np.errstate(divide="ignore"):
        logits = np.log(np.clip(probabilities, 1e-12, 1)) - (
            0 if exclusive else np.log1p(-np.clip(probabilities, 0, 1 - 1e-12))
        )
    predictions = Predictions(
        tuple(found), cases, groups, targets, logits.astype(np.float32), probabilities, attributes
    )
    return _other(predictions, exclusive, readers)


def _other(
    predictions: Predictions, exclusive: bool, readers: Mapping[str, tuple[str | None, ...]]
) -> ExternalPredictions:
    origin = "0.5 for each label by itself, since the file states no threshold"
    if exclusive:
        origin = "the most probable label over all labels; " + origin
    return ExternalPredictions(predictions, exclusive, (0.5,) * len(predictions.labels), origin, readers)


def _table(path: Path) -> pa.Table:
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                head = file.readline()
            columns = pyarrow.csv.read_csv(pa.BufferReader(head.encode() + b"\n")).column_names if head.strip() else []
            options = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()))
            table = pyarrow.csv.read_csv(path, convert_options=options)
        elif path.suffix.lower() in (".parquet", ".pq"):
            table = pq.read_table(path)
        else:
            raise Refused("unknown-file", "The predictions must be a .csv or .parquet file; save them as one.")
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise Refused("unreadable-file", "The file cannot be read as a table, CSV in UTF-8 or Parquet.") from error
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise Refused("column-twice", f"Column {twice[0]!r} is there twice; keep one of them.")
    return table


def _has(table: pa.Table, column: str) -> None:
    if column not in table.column_names:
        raise Refused("missing-column", f"The file has no column {column!r}; it is needed.")


def _text(table: pa.Table, column: str, needed: bool) -> tuple[str, ...]:
    values = _optional(table, column)
    for row, value in enumerate(values, start=1):
        if value is None and needed:
            raise Refused("empty-value", f"Row {row}, column {column!r}: it is empty; fill it in.")
    return tuple(value or "" for value in values)


def _optional(table: pa.Table, column: str) -> tuple[str | None, ...]:
    """As text, without blanks around it; None where there is nothing."""
    values = pc.utf8_trim_whitespace(pc.cast(table[column], pa.string()))
    return tuple(value or None for value in values.to_pylist())


def _distinct(cases: tuple[str, ...]) -> None:
    first: dict[str, int] = {}
    for row, case in enumerate(cases, start=1):
        if first.setdefault(case, row) != row:
            raise Refused(
                "case-twice", f"Row {row}, column 'case': the case of row {first[case]} again; keep one of them."
            )


def _labels(table: pa.Table, named: tuple[str, ...] | None, names: Mapping[str, str]) -> list[str]:
    """Columns that hold probabilities, in the order of the file."""
    columns = table.column_names
    if named is None:
        found = [name.removeprefix(TRUE) for name in columns if name.startswith(TRUE)]
        if not found:
            raise Refused(
                "missing-column", "The file has no column 'label' and none that begins with 'true:'; add one."
            )
        return found
    true = {names.get(name.casefold(), name).casefold() for name in named}
    taken = {CASE, LABEL, *PATIENT_COLUMNS}
    free = [name for name in columns if name not in taken and not name.startswith(READER)]
    found = [name for name in free if name.casefold() in true]
    # Classes that no case here has: together with those that some have, they sum to one.
    others = [name for name in free if name not in found and _is_probability(table, name)]
    if others and found:
        known = np.sum([_numbers(table, name) for name in found], axis=0)
        rest = np.sum([_numbers(table, name) for name in others], axis=0)
        if not np.allclose(known, 1, atol=SUM_TOLERANCE) and np.allclose(known + rest, 1, atol=SUM_TOLERANCE):
            return [name for name in free if name in found or name in others]
    if not found:
        raise Refused("missing-column", "No column of probabilities has the name of a label in column 'label'.")
    return found


def _is_probability(table: pa.Table, column: str) -> bool:
    try:
        values = pc.cast(table[column], pa.float64())
    except pa.ArrowException:
        return False
    return values.null_count == 0 and bool(
        pc.all(pc.and_(pc.greater_equal(values, 0), pc.less_equal(values, 1))).as_py()
    )


def _numbers(table: pa.Table, column: str) -> NDArray[np.float64]:
    _has(table, column)
    try:
        values = np.asarray(pc.cast(table[column], pa.float64()).to_numpy(), np.float64)
    except pa.ArrowException:
        values = np.array([_number(value) for value in table[column].to_pylist()])
    wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if len(wrong):
        raise Refused(
            "not-a-probability", f"Row {wrong[0] + 1}, column {column!r}: it must be a number from 0 to 1; correct it."
        )
    return values


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def _sums_to_one(probabilities: NDArray[np.float64]) -> None:
    wrong = np.flatnonzero(np.abs(probabilities.sum(axis=1) - 1) > SUM_TOLERANCE)
    if len(wrong):
        raise Refused(
            "not-one",
            f"Row {wrong[0] + 1}, columns of the labels: probabilities of labels of which one is true must sum to 1; "
            "name the truth in columns 'true:LABEL' where labels do not exclude each other.",
        )


def _named(
    values: tuple[str | None, ...], labels: list[str], names: Mapping[str, str], column: str
) -> NDArray[np.bool_]:
    of = {label.casefold(): index for index, label in enumerate(labels)}
    of |= {name: of[label.casefold()] for name, label in names.items() if label.casefold() in of}
    targets = np.zeros((len(values), len(labels)), np.bool_)
    for row, value in enumerate(values):
        if value is None:
            continue
        if value.casefold() not in of:
            known = ", ".join(labels)
            raise Refused(
                "unknown-label", f"Row {row + 1}, column {column!r}: it is none of {known}; map or correct it."
            )
        targets[row, of[value.casefold()]] = True
    return targets


def _reader(table: pa.Table, column: str, labels: list[str], names: Mapping[str, str]) -> tuple[str | None, ...]:
    values = _optional(table, column)
    called = _named(values, labels, names, column)
    return tuple(
        None if value is None else labels[int(row.argmax())] for value, row in zip(values, called, strict=True)
    )


def _one_hot(table: pa.Table, labels: list[str]) -> NDArray[np.bool_]:
    truth = {"1": True, "true": True, "yes": True, "1.0": True, "0": False, "false": False, "no": False, "0.0": False}
    targets = np.zeros((table.num_rows, len(labels)), np.bool_)
    for index, label in enumerate(labels):
        _has(table, TRUE + label)
        for row, value in enumerate(_optional(table, TRUE + label)):
            if value is None or value.casefold() not in truth:
                raise Refused(
                    "unknown-value", f"Row {row + 1}, column {TRUE + label!r}: it must be 1 or 0; correct it."
                )
            targets[row, index] = truth[value.casefold()]
    return targets
