"""Read the truth of every case from a column of names, or from a column of ones and zeros for each label."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.class_names import is_normal
from meddx.evaluate.external_predictions import truth_words
from meddx.evaluate.external_predictions.columns import listed
from meddx.evaluate.external_predictions.score_finder import ScoreColumns
from meddx.evaluate.external_predictions.table_file import Table

SEPARATORS = (";", "|")
"""Separators between the names of several labels of one case."""


def named_truth(table: Table, column: str, names: Mapping[str, str]) -> tuple[str | None, ...]:
    """Return the truth's column (n,), with names mapped to labels and whole numbers without a point.

    names: casefold of a name in the file -> label.
    """

    def mapped(value: str | None) -> str | None:
        if value is None:
            return None
        plain = str(int(float(value))) if _is_whole(value) else value
        return names.get(plain.casefold(), plain)

    found = {value: mapped(value) for value in (*table.distinct(column), None)}
    return tuple(found[value] for value in table.text(column))


def different(values: Sequence[str | None]) -> tuple[str, ...]:
    """Return the distinct names in order of appearance, each in its first spelling."""
    first: dict[str, str] = {}
    for value in dict.fromkeys(values):
        if value is not None:
            first.setdefault(value.casefold(), value)
    return tuple(first.values())


def split(values: Sequence[str | None], labels: Sequence[str]) -> list[tuple[str, ...] | None]:
    """Return the names of every case, several where a text consists of labels separated by ";" or "|".

    "" stands for none (files of meddx); None stays None.
    """
    known = {label.casefold() for label in labels}
    parts: dict[str | None, tuple[str, ...] | None] = {None: None, "": ()}
    for value in set(values) - {None, ""}:
        assert value is not None
        parts[value] = (value,)
        if value.casefold() in known:
            continue
        for separator in SEPARATORS:
            names = tuple(name.strip() for name in value.split(separator))
            if len(names) > 1 and all(name.casefold() in known for name in names):
                parts[value] = names
    return [parts[value] for value in values]


def targets_by_name(
    values: Sequence[str | None], scores: ScoreColumns, column: str, rows: NDArray[np.int64], *, independent: bool
) -> tuple[NDArray[np.bool_], bool]:
    """Return the truth, bool (n, labels), and whether every case has one name.

    Raises Refused for a name that is no label. independent: labels do not exclude each other, as where some case has
    several; a name that means that nothing is found ("No finding") is then none of them.
    """
    labels = scores.labels
    if scores.positive:
        return np.array([[value is not None and value.casefold() in scores.positive] for value in values]), True
    at = {label.casefold(): index for index, label in enumerate(labels)}
    known = dict.fromkeys(values)
    number = {value: index for index, value in enumerate(known)}
    parts = split(list(known), labels)
    independent = independent or any(names is not None and len(names) > 1 for names in parts)
    of_value = np.zeros((len(known), len(labels)), np.bool_)
    for value, names in zip(known, parts, strict=True):
        for name in names or ():
            if name.casefold() in at:
                of_value[number[value], at[name.casefold()]] = True
            elif not (independent and is_normal(name)):
                raise Refused(
                    "unknown-label",
                    f"Row {rows[values.index(value)]}, column {column!r:.80}: it is none of the labels that have "
                    f"scores, {listed(labels, str)}; type --map NAME=LABEL for what it says there, or correct it.",
                )
    one_each = all(names is not None and len(names) == 1 for names in parts)
    return of_value[[number[value] for value in values]], one_each


def targets_by_column(table: Table, truths: Mapping[str, str]) -> NDArray[np.bool_]:
    """Return the truth from columns of ones and zeros, bool (n, labels).

    truths: label -> column. Raises Refused for other values.
    """
    targets = np.zeros((len(table), len(truths)), np.bool_)
    for index, name in enumerate(truths.values()):
        values = table.text(name)
        said = {value: truth_words.present(value) for value in table.distinct(name)}
        if not truth_words.are_two_valued(set(said)):
            said.pop("-1", None)  # no second word for absent, but "uncertain"
        wrong = next((row for row, value in enumerate(values) if value is None or said.get(value) is None), None)
        if wrong is not None:
            raise Refused(
                "unknown-value",
                f"Row {table.rows[wrong]}, column {name!r:.80}: it must be 1 or 0, true or false; correct it.",
            )
        targets[:, index] = [said[str(value)] for value in values]
    return targets


def _is_whole(value: str) -> bool:
    head, point, tail = value.partition(".")
    return bool(point) and head.removeprefix("-").isdigit() and tail.strip("0") == "" and bool(tail)
