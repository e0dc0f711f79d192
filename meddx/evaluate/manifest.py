"""Labelled sets written down in a CSV file: one row a frame."""

import csv
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.labelled_set import Case, LabelledSet

TRUE, FALSE = {"1", "true", "yes"}, {"0", "false", "no", ""}


def read_manifest(
    path: Path,
    labels: tuple[str, ...],
    *,
    path_column: str = "path",
    label_column: str | None = None,
    group_column: str | None = None,
    where: dict[str, str] | None = None,
) -> LabelledSet:
    """The rows of the manifest whose columns have the values in `where`.

    path_column: the file, relative to the manifest. label_column: the column that names the one true label, without
    regard to case; None means a column per label with 1/0, true/false or yes/no, of which any number may be true.
    group_column: the patient; None makes every row a patient of its own. A column `frame` is read when present.
    Raises Refused naming the row (counted from 1 after the header) and the column.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("unreadable-manifest", "The manifest cannot be read as a UTF-8 CSV file.") from error
    needed = {path_column, *(where or {}), *([group_column] if group_column else [])}
    needed |= {label_column} if label_column else set(labels)
    missing = sorted(needed - set(rows[0] if rows else ()))
    if missing:
        raise Refused(
            "missing-column", f"The manifest lacks rows or the column {missing[0]!r}; columns are named in line 1."
        )
    cases = []
    for number, row in enumerate(rows, start=1):
        if any(row[column] != value for column, value in (where or {}).items()):
            continue
        true = _one_label(row[label_column], labels, number) if label_column else _many(row, labels, number)
        file_name = row[path_column]
        group = row[group_column] if group_column else f"row {number}"
        cases.append(Case(file_name, path.parent / file_name, group, true, _frame(row, number)))
    return LabelledSet(labels, tuple(cases))


def _one_label(value: str, labels: tuple[str, ...], number: int) -> tuple[str, ...]:
    for label in labels:
        if label.casefold() == value.strip().casefold():
            return (label,)
    raise Refused("unknown-label", f"Row {number}: the label is none of {', '.join(labels)}; map or correct it.")


def _many(row: dict[str, str], labels: tuple[str, ...], number: int) -> tuple[str, ...]:
    for label in labels:
        if row[label].strip().casefold() not in TRUE | FALSE:
            raise Refused("unknown-value", f"Row {number}: column {label!r} must be 1 or 0.")
    return tuple(label for label in labels if row[label].strip().casefold() in TRUE)


def _frame(row: dict[str, str], number: int) -> int:
    text = row.get("frame") or "0"
    if not text.isdecimal():
        raise Refused("unknown-value", f"Row {number}: column 'frame' must be a number from 0.")
    return int(text)
