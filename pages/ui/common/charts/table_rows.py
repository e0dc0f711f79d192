"""The numbers beside a chart: one dictionary a row, column -> text, the same columns in each."""

from collections.abc import Sized

TableRow = dict[str, str]


def count_text(cases: int) -> str:
    """Return whole cases as text."""
    return f"{int(cases):,}"


def series_column(name: str, series: Sized) -> TableRow:
    """Return the column that says whose number it is; none where there is only one series."""
    return {"": name} if len(series) > 1 else {}
