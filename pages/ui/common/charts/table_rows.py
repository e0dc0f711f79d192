"""The numbers beside a chart: one dictionary a row, column -> text, the same columns in each."""

import math
from collections.abc import Sized

TableRow = dict[str, str]


def fixed_text(value: float, digits: int = 3) -> str:
    """A number as tables show it; "not defined" for NaN."""
    return "not defined" if math.isnan(value) else f"{value:.{digits}f}"


def percent_cell(share: float, digits: int = 1) -> str:
    """A share in percent."""
    return "not defined" if math.isnan(share) else f"{100 * share:.{digits}f} %"


def count_text(cases: int) -> str:
    """Whole cases."""
    return f"{int(cases):,}"


def interval_text(low: float, high: float, digits: int = 3) -> str:
    """An interval."""
    return "not defined" if math.isnan(low) else f"{low:.{digits}f} to {high:.{digits}f}"


def series_column(name: str, series: Sized) -> TableRow:
    """The column that says whose number it is, where there are several series."""
    return {"": name} if len(series) > 1 else {}
