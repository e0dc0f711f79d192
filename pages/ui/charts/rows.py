"""The numbers beside a chart: one dictionary a row, column -> text, the same columns in each."""

import math
from collections.abc import Sized

Row = dict[str, str]


def fixed(value: float, digits: int = 3) -> str:
    """A number as tables show it; "not defined" for NaN."""
    return "not defined" if math.isnan(value) else f"{value:.{digits}f}"


def percent(share: float, digits: int = 1) -> str:
    """A share in percent."""
    return "not defined" if math.isnan(share) else f"{100 * share:.{digits}f} %"


def count(cases: int) -> str:
    """Whole cases."""
    return f"{int(cases):,}"


def span(low: float, high: float, digits: int = 3) -> str:
    """An interval."""
    return "not defined" if math.isnan(low) else f"{low:.{digits}f} to {high:.{digits}f}"


def named(name: str, series: Sized) -> Row:
    """The column that says whose number it is, where there are several series."""
    return {"": name} if len(series) > 1 else {}
