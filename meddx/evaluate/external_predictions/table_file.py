"""Open a file as a table, by its content instead of its name."""

import re
import string
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.external_predictions import delimited, workbook
from meddx.evaluate.spreadsheet_text import unguarded

MISSING = frozenset(
    {
        "", ".", "nan", "na", "n/a", "null", "<na>", "nat", "#n/a", "#value!", "#div/0!", "#ref!", "#num!", "#name?",
        "#null!", *(f".{letter}" for letter in string.ascii_lowercase),
    }
)  # fmt: skip
"""Notations of a missing value, without regard to case; a single point is that of SAS and Stata, .a to .z Stata's."""
SAS = bytes(12) + b"\xc2\xea\x81\x60"
OLE = b"\xd0\xcf\x11\xe0"
"""Of files of before 2007, and of workbooks with a password ([MS-OFFCRYPTO] 2.3.4)."""
OLD_STATA = (b"\x6e", b"\x6f", b"\x71", b"\x72", b"\x73")
"""Formats 110 to 115 of Stata: number, order of bytes, 1, 0."""
KINDS = "CSV (any delimiter and encoding), Excel (.xlsx) or Parquet"


@dataclass(frozen=True)
class Table:
    """A table of named columns with the types of its file (CSV: text), without blank rows.

    rows: (n,) row numbers in the file, from 1 after the header. origin: sheet or encoding, a phrase for the user.
    unsaved: first cell with a formula whose value was not saved, such as "B2"; empty where there is none.
    """

    data: pa.Table
    rows: NDArray[np.int64]
    origin: str
    unsaved: str = ""
    _texts: dict[str, pa.ChunkedArray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def names(self) -> list[str]:
        """Return the names of the columns, in the order of the file."""
        return list(self.data.column_names)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.data.num_rows)

    def text(self, name: str) -> tuple[str | None, ...]:
        """Return a column as trimmed text, None for missing values (MISSING)."""
        return tuple(self._plain(name).to_pylist())

    def distinct(self, name: str) -> set[str]:
        """Return the distinct texts in a column."""
        return set(self._plain(name).unique().to_pylist()) - {None}

    def filled(self, name: str) -> NDArray[np.bool_]:
        """Return whether each row of a column has a value, bool (n,)."""
        return np.asarray(self._plain(name).is_valid().to_numpy(), np.bool_)

    def _plain(self, name: str) -> pa.ChunkedArray:
        if name not in self._texts:
            values = texts(self.data[name])
            missing = pc.is_in(pc.utf8_lower(values), pa.array(sorted(MISSING), pa.string()))
            self._texts[name] = pc.if_else(missing, None, values)
        return self._texts[name]

    def only(self, keep: NDArray[np.bool_]) -> "Table":
        """Return the table restricted to the rows to keep."""
        return Table(self.data.filter(pa.array(keep)), self.rows[keep], self.origin, self.unsaved)


def texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as trimmed text, whole numbers without a point, null for nulls and nested values.

    An apostrophe that keeps a text from being a formula is no part of it.
    """
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_floating(column.type):
        values = pc.cast(column, pa.float64())
        whole = pc.equal(values, pc.round(values)).fill_null(False)
        if pc.all(pc.or_(whole, pc.is_null(values, nan_is_null=True))).as_py():
            finite = pc.if_else(pc.is_finite(values), values, None)
            column = pc.cast(finite, pa.int64(), safe=False)
        else:
            column = values
    try:
        return unguarded(pc.utf8_trim_whitespace(pc.cast(column, pa.string())))
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # lists, structures, bytes that are no text
        return pa.chunked_array([pa.nulls(len(column), pa.string())])


def open_table(path: Path, sheet: str | None = None) -> dict[str, Table]:
    """Return the tables of a file by sheet name; CSV and Parquet hold one, with the name "".

    sheet: read only this one. Raises Refused for a file of another kind, or one that cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Refused("no-file", f"There is no file of this name; give a file, {KINDS}.") from error
    except OSError as error:
        raise Refused("unreadable-file", f"The file cannot be read; give a file, {KINDS}.") from error
    if data.startswith(b"PAR1"):
        try:
            return {"": _clean(pq.read_table(pa.BufferReader(data)), "Parquet")}
        except (OSError, pa.ArrowException) as error:
            raise Refused("unreadable-file", "The Parquet file is damaged; write it again.") from error
    if data.startswith(b"PK\3\4"):
        read = workbook.sheets(data)
        unsaved = workbook.unsaved_formulas(data) if read else {}
        found = {name: _clean(table, f"sheet {name!r:.80}", unsaved.get(name, "")) for name, table in read.items()}
        if sheet is not None and sheet not in found:
            known = ", ".join(repr(name) for name in found) or "none that holds a table"
            raise Refused("unknown-sheet", f"The workbook has no sheet {sheet!r:.80}; give one of {known:.300}.")
        if not found:
            raise Refused("empty-file", "The workbook holds no table; it needs a header and one row for each case.")
        return found if sheet is None else {sheet: found[sheet]}
    _not_another_kind(data)
    text, encoding = delimited.decoded(data)
    return {"": _clean(delimited.parse(text), f"text in {encoding}")}


def _not_another_kind(data: bytes) -> None:
    kinds = {
        b"$FL2@(#)": "of SPSS (.sav)",
        b"$FL3@(#)": "of SPSS (.zsav)",
        b"<stata_dta>": "of Stata (.dta)",
        b"HEADER RECORD*******": "of SAS (.xpt)",
        SAS: "of SAS (.sas7bdat)",
        b"RDX": "of R (.RData)",
        b"RDA": "of R (.RData)",
        b"SQLite format 3": "an SQLite database",
        b"ARROW1": "of Arrow (.feather)",
        b"FEA1": "of Arrow (.feather)",
        b"\x89HDF": "an HDF5 file",
        b"\x80\x04\x95": "a Python pickle",
        b"\x80\x05\x95": "a Python pickle",
        OLE: "an Excel workbook of before 2007 (.xls)",
        b"\x1f\x8b": "compressed (gzip)",
        b"%PDF": "a PDF",
        b"\x89PNG": "a picture",
        b"\xff\xd8\xff": "a picture",
        b"\x93NUMPY": "a NumPy array",
        b"{": "JSON",
        b"[": "JSON",
        b"<": "HTML or XML",
    }
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    kind = next((kind for begins, kind in kinds.items() if start.startswith(begins)), None)
    if data[:1] in OLD_STATA and data[1:4] in (b"\x01\x01\x00", b"\x02\x01\x00"):
        kind = "of Stata (.dta)"
    if data[128:132] == b"DICM":
        kind = "a DICOM file"
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("protected-file", "The workbook is protected by a password; save it without one.")
    if kind:
        raise Refused("unknown-file", f"The file is {kind}; save the table as .csv, .xlsx or .parquet.")


def _clean(table: pa.Table, origin: str, unsaved: str = "") -> Table:
    """Return the table without blank rows, and without columns that have neither a name nor a value."""
    table = table.rename_columns([_name(name) for name in table.column_names])
    filled = [pc.fill_null(pc.greater(pc.utf8_length(texts(column)), 0), False) for column in table.columns]
    used = [at for at, name in enumerate(table.column_names) if name or pc.any(filled[at]).as_py()]
    table = table.select(used)
    if any(re.fullmatch(r"[+-]?\d*[.,]\d+(e[+-]?\d+)?", name, re.IGNORECASE) for name in table.column_names):
        raise Refused("no-header", "The first row holds numbers where names of columns should be; add a header.")
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise Refused("column-twice", f"Column {twice[0]!r:.80} is there twice; keep one of them.")
    blank = np.ones(table.num_rows, np.bool_)
    for at in used:
        if not blank.any():
            break
        blank &= ~np.asarray(filled[at].to_numpy(), np.bool_)
    whole = Table(table, np.arange(1, table.num_rows + 1), origin, unsaved)
    return whole.only(~blank) if blank.any() else whole


def _name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).strip("\ufeff").split())
