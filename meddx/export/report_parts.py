"""What the templates of the reports draw: tables of numbers, and sections of tables and charts."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """Hold a number as text. value: in bold; note: its interval, or why there is no value; warning: against its use."""

    value: str = ""
    note: str = ""
    warning: str = ""


Row = tuple[str, Sequence[Cell | str]]
"""A row's name and its cells."""


@dataclass(frozen=True)
class ReportTable:
    """Hold a table. head: of every column, that of the row names first; kind: its CSS class."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Row]
    kind: str = "numbers"


@dataclass(frozen=True)
class Section:
    """Hold tables under a heading, and charts as SVG."""

    title: str
    tables: Sequence[ReportTable]
    charts: Sequence[Markup] = ()
