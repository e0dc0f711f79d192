"""The table beside a chart: a dictionary for each row, column -> text, with the same columns in each."""

from collections.abc import Sized

from pages.ui.common.language.language import number

TableRow = dict[str, str]


def count_text(cases: int) -> str:
    """Return a count with thousands separators."""
    return number(int(cases))


def series_column(name: str, series: Sized) -> TableRow:
    """Return the column that names the series, where there are several; else no column."""
    return {"": name} if len(series) > 1 else {}
