"""Read the sheets of an Excel workbook."""

import io
import re
import warnings
import zipfile
from datetime import date, datetime
from itertools import chain

import pyarrow as pa

from meddx.errors import Refused

LARGEST_WORKBOOK = 1 << 30
"""Largest size of an unpacked workbook, in bytes."""


def sheets(data: bytes) -> dict[str, pa.Table]:
    """Return the tables of an .xlsx workbook by sheet name; sheets without a table are left out.

    The first row with two or more filled cells is the header, or the next where it names groups of columns. Formulas
    count as the values that Excel last kept; unsaved_formulas tells where it kept none. Raises Refused for another kind
    of archive, and for one that cannot be read.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            size = sum(one.file_size for one in archive.infolist())
        if "xl/workbook.xml" not in names:
            kind = "an OpenDocument sheet" if "content.xml" in names else "an archive without an Excel workbook"
            raise Refused("unknown-file", f"The file is {kind}; save the table as .xlsx, .csv or .parquet.")
        if size > LARGEST_WORKBOOK:
            raise Refused("too-large", "The workbook unpacks to more than 1 GiB; save the sheet as .csv or .parquet.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that hold no cells: styles, validation, pictures
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found = {sheet.title: _rows(sheet) for sheet in book.worksheets}
            book.close()
    except Refused:
        raise
    except Exception as error:  # openpyxl names no base class for what a broken or unusual part raises
        raise Refused("unreadable-file", "The workbook is damaged; open it, and save it as .xlsx or .csv.") from error
    return {name: table for name, rows in found.items() if (table := _table(rows)) is not None}


def unsaved_formulas(data: bytes) -> dict[str, str]:
    """Return the first cell, such as "B2", of every sheet that has formulas without a kept value, by sheet name.

    Programs that write workbooks without computing keep none, or 0 and a request to compute all on opening
    (fullCalcOnLoad, ECMA-376 part 1, 18.2.2). data: a workbook that `sheets` reads.
    """
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        computes = re.search(rb'fullCalcOnLoad="(1|true)"', archive.read("xl/workbook.xml")) is not None
    if not any(re.search(rb"<(\w+:)?f[ />]", part) for part in parts):
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values, formulas = (
            openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=kept) for kept in (True, False)
        )
        found: dict[str, str] = {}
        for sheet, other in zip(values.worksheets, formulas.worksheets, strict=True):
            sheet.reset_dimensions()
            other.reset_dimensions()
            cells = zip(chain.from_iterable(sheet.iter_rows()), chain.from_iterable(other.iter_rows()), strict=True)
            none = {None, 0} if computes else {None}
            cell = next(
                # An empty text is a value: Excel marks it as text, and openpyxl reads it as None.
                (one for kept, one in cells if one.data_type == "f" and kept.data_type != "str" and kept.value in none),
                None,
            )
            if cell is not None:
                found[sheet.title] = cell.coordinate
    return found


def _rows(sheet: object) -> list[list[object]]:
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # some programs write a wrong size
    return [list(row) for row in sheet.iter_rows(values_only=True)]  # type: ignore[attr-defined]


def _table(rows: list[list[object]]) -> pa.Table | None:
    start = next((at for at, row in enumerate(rows) if _filled(row) > 1), None)
    if start is None:
        return None
    if start + 1 < len(rows) and _is_header_below(rows[start], rows[start + 1]):
        start += 1
    header = [_text(cell) or "" for cell in rows[start]]
    while header and not header[-1].strip():
        header.pop()
    columns = [[row[at] if at < len(row) else None for row in rows[start + 1 :]] for at in range(len(header))]
    return pa.Table.from_arrays([_column(column) for column in columns], names=header)


def _filled(row: list[object]) -> int:
    return sum(not _blank(cell) for cell in row)


def _is_header_below(row: list[object], below: list[object]) -> bool:
    """Return whether `row` names groups of columns: the row below has more cells, all different texts and no number."""
    texts = [cell.strip() for cell in below if isinstance(cell, str) and not _blank(cell)]
    words = [text for text in texts if not re.fullmatch(r"[\d\s.,%+-]+", text)]
    return _filled(row) < _filled(below) == len(words) == len(set(words))


def _column(cells: list[object]) -> pa.Array:
    """Return the column as float64 where every filled cell is a number, otherwise as text."""
    filled = [cell for cell in cells if not _blank(cell)]
    if filled and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in filled):
        return pa.array([None if _blank(cell) else float(str(cell)) for cell in cells], pa.float64())
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: object) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == cell.time().min:
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
