"""Convert tables of reader studies from one row per reading to one row per case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions.column_names import SCORE
from meddx.evaluate.external_predictions.columns import find_columns, listed
from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.table_file import Table

READER = ("reader", "readerid", "readername", "rater", "raterid", "observer", "observerid", "radiologist")


def by_case(table: Table, options: Reading) -> Table:
    """Return the table with one row per case and a column `reader:NAME` for each reader.

    A table that is not in long format is returned as it is. A table in long format has repeated cases and a column of
    readers. One of its other columns holds the readings; the rest have the same value in all rows of a case. Raises
    Refused where several may hold the readings.
    """
    person = next((name for name in table.names if key(name) in READER), None)
    if person is None or options.number_rows:
        return table
    known = {role: name for role, name in options.columns.items() if name in table.names}
    try:
        columns = find_columns(table, replace(options, columns=known))
    except Refused:  # said where the table is read
        return table
    cases, readers = table.text(columns.case or person), table.text(person)
    pairs = list(zip(cases, readers, strict=True))
    if columns.case is None or len(set(cases)) == len(cases) or len(set(pairs)) < len(pairs) or None in readers:
        return table
    first = {case: row for row, case in reversed(list(enumerate(cases)))}
    varying = [
        name for name in table.names if name not in (person, columns.case) and _varies(table, name, cases, first)
    ]
    if known.get("score") in varying:
        varying = [known["score"]]
    varying = varying or [name for name in table.names if key(name) in map(key, SCORE)]
    if len(varying) != 1:
        shown = " or ".join(f"--column score={name}" for name in varying[:4]) or "--column score=NAME"
        raise Refused(
            "which-score",
            f"The table has a row for each reading, by column {person!r:.80}, and columns {listed(varying)} differ "
            f"between the readings of a case; type {shown} for the one that holds the readings.",
        )
    readings = table.text(varying[0])
    rows = sorted(first.values())
    data = table.data.select([name for name in table.names if name not in (person, varying[0])]).take(pa.array(rows))
    for name in dict.fromkeys(readers):
        of_case = {case: value for (case, reader), value in zip(pairs, readings, strict=True) if reader == name}
        data = data.append_column(f"reader:{name}", pa.array([of_case.get(cases[row]) for row in rows], pa.string()))
    return Table(data, table.rows[np.array(rows)], f"{table.origin}, a row for each reading", table.unsaved)


def _varies(table: Table, name: str, cases: Sequence[str | None], first: Mapping[str | None, int]) -> bool:
    """Return whether a column has different values for one case.

    first: case -> its first row.
    """
    values = table.text(name)
    return any(value != values[first[case]] for case, value in zip(cases, values, strict=True))
