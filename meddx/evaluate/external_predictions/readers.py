"""Read the calls or ratings of human readers."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.class_names import is_normal
from meddx.evaluate.external_predictions import truth_words
from meddx.evaluate.external_predictions.columns import listed
from meddx.evaluate.external_predictions.score_finder import ScoreColumns
from meddx.evaluate.external_predictions.source import Source

Calls = dict[str, tuple[str | None, ...]]
Ratings = dict[str, NDArray[np.float64]]


def find_readers(source: Source, scores: ScoreColumns, names: Mapping[str, str]) -> tuple[Calls, Ratings]:
    """Return each reader's calls, or ratings where the column holds numbers that are not label names.

    names: casefold of a name in the file -> label. Raises Refused by row and column.
    """
    table, numbers = source.table, source.numbers
    calls: Calls = {}
    ratings: Ratings = {}
    for person, column in source.columns.readers.items():
        values = table.text(column)
        said = table.distinct(column)
        known = {label.casefold() for label in scores.labels} | set(names) | scores.positive | scores.negative
        numeric = bool(said) and numbers.are_numbers(column) and not truth_words.are_two_valued(said)
        if numeric and not {value.casefold() for value in said} <= known:
            if len(scores.labels) > 1:
                raise Refused(
                    "ratings",
                    f"Column {column!r:.80} holds ratings, and the file has {len(scores.labels)} labels; ratings need "
                    "one label. Write the names of labels there.",
                )
            ratings[person] = numbers.of(column)
        else:
            calls[person] = tuple(
                None if value is None else _call(value, scores, names, int(row), column)
                for value, row in zip(values, table.rows, strict=True)
            )
    return calls, ratings


def _call(value: str, scores: ScoreColumns, names: Mapping[str, str], row: int, column: str) -> str:
    """Return the label that a reader called, "" for none of the labels."""
    name = names.get(value.casefold(), value).casefold()
    for label in scores.labels:
        if name == label.casefold():
            return label
    if len(scores.labels) == 1:
        if name in scores.positive or truth_words.present(name):
            return scores.labels[0]
        if name in scores.negative or truth_words.present(name) is False or is_normal(name):
            return ""
    raise Refused(
        "unknown-label",
        f"Row {row}, column {column!r:.80}: it is none of {listed(scores.labels, str)}; type --map NAME=LABEL for what "
        "it says there, or correct it.",
    )
