"""Keep spreadsheets from running texts of a CSV file as formulas."""

import re

import pyarrow as pa
import pyarrow.compute as pc

_RISKY = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$"
_GUARDED = r"^'([=+\-@\t\r])"


def formula_safe(text: str) -> str:
    """Return the text with an apostrophe before a sign that begins a formula (=, +, -, @, tab, carriage return).

    Numbers stay as they are. OWASP, "CSV injection"; spreadsheets show the text without the apostrophe or with it,
    and run nothing. `unguarded` takes it away again.
    """
    return f"'{text}" if re.match(_RISKY, text) and not re.match(_NUMBER, text) else text


def formula_safe_table(table: pa.Table) -> pa.Table:
    """Return the table with formula_safe applied to every column of text."""
    for at, name in enumerate(table.column_names):
        column = table[name]
        if pa.types.is_string(column.type):
            risky = pc.and_not(pc.match_substring_regex(column, _RISKY), pc.match_substring_regex(column, _NUMBER))
            table = table.set_column(at, name, pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column))
    return table


def unguarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of text as it was before formula_safe."""
    return pc.replace_substring_regex(column, _GUARDED, r"\1")
