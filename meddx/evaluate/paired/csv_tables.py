"""Write differences and discordant cases as CSV files, with empty fields for undefined values."""

import csv
from collections.abc import Iterable
from typing import TextIO

from meddx.config import RESEARCH_USE
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS, difference_row
from meddx.evaluate.paired.discordant_cases import DiscordantCase
from meddx.evaluate.spreadsheet_text import formula_safe

CASE_COLUMNS = ("case", "truth", "right", "a", "a_called", "a_probability", "b", "b_called", "b_probability")


def write_differences(file: TextIO, differences: Iterable[PairedDifference]) -> None:
    """Write every difference as a row of DIFFERENCE_COLUMNS, and a last line on research use only."""
    rows = csv.DictWriter(file, DIFFERENCE_COLUMNS)
    rows.writeheader()
    rows.writerows({name: _safe(value) for name, value in difference_row(one).items()} for one in differences)
    file.write(f"# {RESEARCH_USE}\r\n")


def write_cases(file: TextIO, a: str, b: str, cases: Iterable[DiscordantCase]) -> None:
    """Write every case on which `a` and `b` differ as a row of CASE_COLUMNS.

    The probability columns are those of each system's own answer.
    """
    rows = csv.writer(file)
    rows.writerow(CASE_COLUMNS)
    for one in cases:
        said = (a, one.called_a, f"{one.sure_a:.6g}", b, one.called_b, f"{one.sure_b:.6g}")
        rows.writerow(map(_safe, (one.case, one.truth, a if one.a_is_right else b, *said)))


def _safe(value: object) -> object:
    return formula_safe(value) if isinstance(value, str) else value
