"""Write plain tables as an Excel workbook or as CSV, in which no text is run as a formula."""

import csv
import io
import math
import re
from collections.abc import Sequence

from meddx.evaluate.spreadsheet_text import formula_safe
from meddx.export.data_tables import DataTable, Value

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_767
"""Most characters in a cell (Excel specifications and limits)."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def xlsx_bytes(tables: Sequence[DataTable]) -> bytes:
    """Return the tables as a workbook, a sheet each. Text is stored as text, whatever it begins with."""
    from openpyxl import Workbook  # only where a workbook is written: pages load without it
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.name[:31])
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, name, Font(bold=True)) for name in table.columns])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table_csv(table: DataTable) -> str:
    """Return one table as CSV; undefined values are empty, infinite ones "inf"."""
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(map(_text, table.columns))
    rows.writerows([_text(value) for value in row] for row in table.rows)
    return file.getvalue()


def _text(value: Value) -> Value:
    if isinstance(value, float) and math.isnan(value):
        return None
    return formula_safe(value) if isinstance(value, str) else value


def _cell(sheet: object, value: Value, font: object = None) -> object:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, float) and not math.isfinite(value):
        value = None if math.isnan(value) else str(value)
    if isinstance(value, str):
        value = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST]
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # else openpyxl stores what begins with = as a formula
    if font is not None:
        cell.font = font
    return cell
