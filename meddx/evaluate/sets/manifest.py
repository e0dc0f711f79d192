"""Read labelled sets from a CSV file with one row per frame."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.external_predictions.delimited import decoded, find_delimiter, without_head
from meddx.evaluate.sets.class_names import label_of_class
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.manifest_columns import case_attributes, frame, no_row_left_short, reaches
from meddx.evaluate.sets.manifest_roles import FALSE_WORDS, TRUE_WORDS, ManifestColumns, is_true


def read_manifest(
    path: Path,
    labels: tuple[str, ...],
    *,
    path_column: str = "path",
    label_column: str | None = None,
    group_column: str | None = None,
    where: dict[str, str] | None = None,
    at_least: dict[str, float] | None = None,
    names: dict[str, str] | None = None,
) -> LabelledSet:
    """Return the cases of the manifest's rows whose columns have the values in `where`, and numbers in `at_least`.

    path_column: the file, relative to the manifest. label_column: the column that names the one true label, without
    regard to case; None means a column per label with 1/0, true/false or yes/no, of which any number may be true.
    names: name in that column -> label, where they differ.
    group_column: the patient; None makes every row a patient of its own. Columns `frame` and those of
    meddx.evaluate.sets.manifest_columns (sex, age, view, boxes, masks) are read when present.
    Raises Refused naming the row (counted from 1 after the header) and the column.
    """
    return manifest_cases(
        read_rows(path),
        path.parent,
        labels,
        path_column=path_column,
        label_column=label_column,
        group_column=group_column,
        where=where,
        at_least=at_least,
        names=names,
    )


def manifest_cases(
    rows: list[dict[str, str]],
    folder: Path,
    labels: tuple[str, ...],
    *,
    path_column: str = "path",
    label_column: str | None = None,
    group_column: str | None = None,
    where: dict[str, str] | None = None,
    at_least: dict[str, float] | None = None,
    names: dict[str, str] | None = None,
    locate: Callable[[str], Path] | None = None,
) -> LabelledSet:
    """Return the cases of a manifest's rows, as read_manifest does.

    folder: of the manifest. locate: the file of a name in the path column; by default its path relative to `folder`.
    """
    needed = {path_column, *(where or {}), *(at_least or {}), *([group_column] if group_column else [])}
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
        if not all(reaches(row[column], column, least, number) for column, least in (at_least or {}).items()):
            continue
        if label_column:
            true = one_label(row[label_column], labels, names or {}, number)
        else:
            true = several_labels(row, labels, number)
        file_name = row[path_column]
        group = (group_column and row[group_column]) or f"row {number}"
        known = case_attributes(row, number, labels, folder)
        file = locate(file_name) if locate else folder / file_name
        cases.append(LabelledCase(file_name, file, group, true, frame(row, number), **known))
    return LabelledSet(labels, tuple(cases))


def plain_rows(
    rows: list[dict[str, str]], columns: ManifestColumns, labels: tuple[str, ...], names: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return the rows with a column for each label, and sex, age and view by these names.

    names: one-hot column -> label, where they differ. Raises Refused for a mark that is neither 1 nor 0.
    """
    own: dict[str, list[str]] = {}
    for column in columns.one_hot:
        with suppress(Refused):  # a column of no label is of something else
            own.setdefault(label_of_class(column, labels, names), []).append(column)
    plain = []
    for number, row in enumerate(rows, start=1):
        changed = dict(row)
        for name, column in columns.others.items():
            changed[name] = row[column].strip()
        for label, marks in own.items():
            changed[label] = "1" if several_labels(row, marks, number) else "0"
        plain.append(changed)
    return plain


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file of any usual encoding and delimiter, each as column -> trimmed text.

    Raises Refused for an unreadable file, and naming a row with more or fewer fields than columns.
    """
    return rows_of(_content(path))


def rows_of(data: bytes) -> list[dict[str, str]]:
    """Return the rows of the bytes of a CSV file, as read_rows does."""
    try:
        rows = list(_reader(data))
    except csv.Error as error:
        raise Refused("unreadable-manifest", "The manifest cannot be read as CSV: save it again.") from error
    no_row_left_short(rows)
    return [{name.strip(): value.strip() for name, value in row.items()} for row in rows if any(row.values())]


def read_columns(path: Path) -> list[str]:
    """Return the names of the columns that read_rows finds, none where it refuses the file or line 1."""
    try:
        return [name.strip() for name in _reader(_content(path)).fieldnames or ()]
    except (Refused, csv.Error):
        return []


def _content(path: Path) -> bytes:
    """Return the bytes of the file. Raises Refused where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Refused(
            "no-manifest", "The manifest, which lists the images, is not on this machine: copy it here."
        ) from error
    except OSError as error:
        raise Refused("unreadable-manifest", "The manifest cannot be read: give access to it.") from error


def _reader(data: bytes) -> "csv.DictReader[str]":
    """Return the reader of a CSV file of any usual encoding and delimiter. Raises Refused where it is no text."""
    text, delimiter = without_head(decoded(data)[0])
    return csv.DictReader(
        io.StringIO(text, newline=""), delimiter=delimiter or (find_delimiter(text) if text.strip() else ",")
    )


def one_label(value: str, labels: tuple[str, ...], names: dict[str, str], number: int) -> tuple[str, ...]:
    """Return the label that one column names.

    Raises Refused naming the row; the value itself is not repeated.
    """
    try:
        return (label_of_class(value, labels, names),)
    except Refused as refusal:
        reason = f"Row {number}: the label is none of {', '.join(labels)}; map or correct it."
        raise Refused(refusal.rule, reason) from None


def several_labels(row: dict[str, str], labels: Sequence[str], number: int) -> tuple[str, ...]:
    """Return the labels whose column marks them as true.

    Raises Refused naming the row and the column.
    """
    for label in labels:
        if row[label].strip().casefold() not in TRUE_WORDS | FALSE_WORDS:
            raise Refused("unknown-value", f"Row {number}: column {label!r} must be 1 or 0; correct it.")
    return tuple(label for label in labels if is_true(row[label]))
