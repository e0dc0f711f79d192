"""Parse delimited text of spreadsheets and statistics programs, in any usual encoding and with any delimiter."""

import codecs
import csv
import io
import re
from collections import Counter

import pyarrow as pa
import pyarrow.csv

from meddx.errors import Refused
from meddx.evaluate.external_predictions.text_encoding import legacy_text

DELIMITERS = (",", ";", "\t", "|")
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LINES = 20
"""Number of lines from which the delimiter is determined."""


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    The encoding is that of the byte order mark, else UTF-8, else one of before Unicode (text_encoding). UTF-16 without
    a mark is recognised by its zero bytes. What old programs fill the end of a file with is no text. Raises Refused for
    data that are no text.
    """
    unfilled = data.rstrip(b"\0\x1a")
    if b"\0" not in unfilled:
        data = unfilled
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _decoded(data, encoding)
    head = data[:4096]
    if b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        text, encoding = _decoded(data, "utf-16-be" if even > odd else "utf-16-le")
        if max(even, odd) < len(head) // 4 or "\0" in text:
            raise _no_text()
        return text, encoding
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return legacy_text(data)


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), encoding.removesuffix("-sig").upper()
    except UnicodeDecodeError:
        if encoding.startswith("utf-16-"):  # guessed
            raise _no_text() from None
        raise Refused("unreadable-file", f"The file begins as {encoding} text and is damaged; save it again.") from None


def _no_text() -> Refused:
    return Refused("unreadable-file", "The file is no text, workbook or Parquet table; save it as CSV or .xlsx.")


def parse(text: str) -> pa.Table:
    """Return the table, normally with every column as text.

    A line `sep=;`, lines that begin with # and blank ones may come first. Raises Refused for rows that do not fit the
    header, by row (from 1 after it).
    """
    text, delimiter = without_head(text)
    if not text.strip():
        raise Refused("empty-file", "The file has no rows; it needs a header and one row for each case.")
    delimiter = delimiter or find_delimiter(text)
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if delimiter == " " or _has_row_names(text, delimiter, len(header)):
        return _row_by_row(text, delimiter)
    try:
        if len(set(header)) < len(header) or any(not name.strip() for name in header):
            return _row_by_row(text, delimiter)
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text.encode()),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in text),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string())),
        )
    except pa.ArrowException:
        return _row_by_row(text, delimiter)
    return table if table.column_names == header else _row_by_row(text, delimiter)


def without_head(text: str) -> tuple[str, str | None]:
    """Return the text from its header on, and the delimiter stated by a line before it, or None."""
    delimiter = None
    text = text.lstrip("\ufeff")
    while text:
        line, _, rest = text.partition("\n")
        stated = re.fullmatch(r'"?sep=(.|\\t)"?[\s,;]*', line.strip("\r\n"), re.IGNORECASE)
        if stated:
            delimiter = "\t" if stated[1] == r"\t" else stated[1]
        elif line.strip() and not line.startswith("#") and line.strip(" \r,;\t|"):
            break
        text = rest
    return text, delimiter


def find_delimiter(text: str) -> str:
    """Return the delimiter that splits the first lines into the same, largest number of fields."""
    lines = [line for line in text.splitlines()[: _LINES + 1] if line.strip()]
    whole = lines if len(lines) <= _LINES else lines[:_LINES]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        header, *rows = (len(_fields(line, delimiter)) for line in whole)
        usual = Counter(rows).most_common(1)[0][0] if rows else header
        if header > most and (usual in (header, header + 1) or not _fits_any(whole, delimiter)):
            best, most = delimiter, header
    return " " if most == 1 and _are_divided_by_spaces(whole) else best


def _are_divided_by_spaces(lines: list[str]) -> bool:
    """Return whether spaces divide every line into as many fields as the header has, or one more (R's row names)."""
    header, *rows = (len(_fields(line, " ")) for line in lines)
    return header > 1 and len(set(rows)) == 1 and rows[0] in (header, header + 1)


def _has_row_names(text: str, delimiter: str, width: int) -> bool:
    """Return whether each row begins with a name that the header leaves out, as R writes a data frame.

    With commas, a decimal comma is as likely.
    """
    if delimiter == ",":
        return False
    rows = [_fields(line, delimiter) for line in text.splitlines()[1 : _LINES + 1] if line.strip()]
    return bool(rows) and all(len(row) == width + 1 and row[-1].strip() for row in rows)


def _fits_any(lines: list[str], but: str) -> bool:
    """Return whether another delimiter splits every line into the same number of fields, two or more."""
    others = [{len(_fields(line, one)) for line in lines} for one in DELIMITERS if one != but]
    return any(len(sizes) == 1 and sizes.pop() > 1 for sizes in others)


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=delimiter == " "), [])


def _row_by_row(text: str, delimiter: str) -> pa.Table:
    """Return the table, read row by row where PyArrow fails (trailing delimiters, unnamed columns)."""
    csv.field_size_limit(1 << 24)
    try:
        file, padded = io.StringIO(text, newline=""), delimiter == " "
        header, *rows = csv.reader(file, delimiter=delimiter, skipinitialspace=padded, strict=True)
    except csv.Error as error:
        raise Refused(
            "unreadable-file", "The file cannot be read as a table: a quotation mark is not closed; close it."
        ) from error
    if _has_row_names(text, delimiter, len(header)):
        header = ["", *header]
    rows = [row or [""] * len(header) for row in rows]
    width = len(header)
    for number, row in enumerate(rows, start=1):
        if len(row) > width and any(part.strip() for part in row[width:]):
            more = " (decimal commas, perhaps: put such numbers in quotation marks, or separate columns by ;)"
            raise Refused(
                "unreadable-file",
                f"Row {number}: the table's header names {width} columns and this row has {len(row)}"
                f"{more if delimiter == ',' else ''}; correct it.",
            )
        if len(row) < width and any(part.strip() for part in row):
            empty_ends = all(not name.strip() for name in header[len(row) :])
            if not empty_ends:
                raise Refused(
                    "unreadable-file",
                    f"Row {number}: the table's header names {width} columns and this row has {len(row)}; correct it.",
                )
    columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    return pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], names=header)
