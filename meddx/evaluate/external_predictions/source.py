"""Combine a table of scores with the roles of its columns and the user's options."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.external_predictions.columns import Columns
from meddx.evaluate.external_predictions.numbers_as_text import Numbers
from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.table_file import Table
from meddx.types import Refusal

SKIPPED = Refusal("incomplete", "Its row has no score or no truth, and --skip-incomplete leaves such rows out.")


@dataclass(frozen=True)
class Source:
    """A table of scores with its interpretation.

    table: rows to measure; columns: by role; options: the user's; numbers: reader of the columns as numbers.
    """

    table: Table
    columns: Columns
    options: Reading
    numbers: Numbers

    def only(self, keep: NDArray[np.bool_]) -> "Source":
        """Return the source restricted to the rows to keep."""
        table = self.table.only(keep)
        return Source(table, self.columns, self.options, Numbers(table, self.numbers.decimal))

    def cases(self) -> tuple[str, ...]:
        """Return the case of every row.

        Raises Refused where two rows have the same case.
        """
        name, table = self.columns.case, self.table
        if name is None:
            return tuple(f"row {row}" for row in table.rows)
        cases = needed(table, name)
        first: dict[str, int] = {}
        again = [at for at, case in enumerate(cases) if first.setdefault(case, at) != at]
        if again:
            row, before = table.rows[again[0]], table.rows[first[cases[again[0]]]]
            patient = "" if self.columns.patient else f", with --column patient={name} where this one names the patient"
            raise Refused(
                "case-twice",
                f"Row {row}, column {name!r:.80}: the case of row {before} again ({len(again)} rows repeat one); keep "
                f"one row of each case, or type --column case=NAME for the column that tells rows apart{patient}.",
            )
        return cases

    def patients(self) -> tuple[str, ...]:
        """Return the patient of every row; without a column of patients, every case counts as one."""
        return needed(self.table, self.columns.patient) if self.columns.patient else self.cases()


def needed(table: Table, name: str) -> tuple[str, ...]:
    """Return a column as text.

    Raises Refused for the first row without a value.
    """
    values = table.text(name)
    if None in values:
        row = table.rows[values.index(None)]
        raise Refused("empty-value", f"Row {row}, column {name!r:.80}: it is empty; fill it in.")
    return tuple(value or "" for value in values)


def without_refused(source: Source) -> tuple[Source, dict[str, Refusal]]:
    """Return the rows that meddx measured, and why it refused others (in its own tables only)."""
    if source.columns.refused is None:
        return source, {}
    why = source.table.text(source.columns.refused)
    refused = {}
    for case, reason in zip(source.cases(), why, strict=True):
        if reason is not None:
            rule, _, text = reason.partition(": ")
            refused[case] = Refusal(rule, text or reason)
    return source.only(np.array([reason is None for reason in why], np.bool_)), refused


def complete_rows(source: Source, scores: list[str], truths: dict[str, tuple[str | None, ...]]) -> NDArray[np.bool_]:
    """Return whether each row has every score and truth, bool (n,).

    Raises Refused for the first row that has not, unless such rows are skipped, and for scores that are no numbers.
    scores: columns; truths: column -> its values.
    """
    table = source.table
    complete = np.ones(len(table), np.bool_)
    for name in scores:
        filled = source.numbers.filled(name)
        wrong = np.flatnonzero(filled & ~np.isfinite(source.numbers.of(name)))
        if len(wrong):
            raise Refused(
                "not-a-number",
                f"Row {table.rows[wrong[0]]}, column {name!r:.80}: it must be a number, and in {len(wrong)} of "
                f"{len(table)} rows it is none; correct it.",
            )
        complete &= _filled(source, filled, name)
    for name, values in truths.items():
        complete &= _filled(source, np.array([value is not None for value in values], np.bool_), name)
    return complete


def _filled(source: Source, filled: NDArray[np.bool_], name: str) -> NDArray[np.bool_]:
    if not filled.all() and not source.options.skip_incomplete:
        empty = np.flatnonzero(~filled)
        raise Refused(
            "empty-value",
            f"Row {source.table.rows[empty[0]]}, column {name!r:.80}: it is empty, as in {len(empty)} of "
            f"{len(source.table)} rows; fill it in, or type --skip-incomplete to leave such rows out.",
        )
    return filled
