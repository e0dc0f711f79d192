"""Parse numbers in the notations of different countries: 0.7, 0,7, 70 %, 1.234,5, 1 234.5."""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.external_predictions.table_file import MISSING, Table, texts

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_PERCENT = ("%", "\uff05", "\u066a")
_MARKS = {0x2212: "-", 0x066B: ".", 0x066C: ",", 0x066A: "%"}
"""The minus sign, and the Arabic decimal mark, thousands mark and percent sign; NFKC knows digits of full width."""
_SPACES = re.compile(r"(?<=\d)[\s'\u2019\u00a0\u202f](?=\d{3}(\D|$))")


class Numbers:
    """A reader of the columns of one table as numbers, all with the same decimal mark."""

    def __init__(self, table: Table, decimal: str | None) -> None:
        """Take a table and its decimal mark.

        decimal: "," or ".", None to infer it from the table; numbers that stay ambiguous are refused when they are
        read.
        """
        self.table, self.decimal = table, decimal
        self._read: dict[str, tuple[NDArray[np.float64], bool]] = {}

    def of(self, name: str) -> NDArray[np.float64]:
        """Return the numbers of a column, float64 (n,), NaN where a value is missing or no number."""
        return self._column(name)[0]

    def is_percent(self, name: str) -> bool:
        """Return whether the column's numbers have a percent sign (`of` then returns them divided by 100)."""
        return self._column(name)[1]

    def filled(self, name: str) -> NDArray[np.bool_]:
        """Return whether each row of a column has a value, bool (n,)."""
        return self.table.filled(name)

    def are_numbers(self, name: str) -> bool:
        """Return whether the column has values and all of them are finite numbers."""
        filled = self.filled(name)
        return bool(filled.any()) and bool(np.isfinite(self.of(name)[filled]).all())

    def mostly_numbers(self, name: str) -> bool:
        """Return whether at least half of the column's values are numbers."""
        filled = self.filled(name)
        return bool(filled.any()) and float(np.isfinite(self.of(name)[filled]).mean()) >= 0.5

    def _column(self, name: str) -> tuple[NDArray[np.float64], bool]:
        if name not in self._read:
            self._read[name] = self._parsed(name)
        return self._read[name]

    def _parsed(self, name: str) -> tuple[NDArray[np.float64], bool]:
        column = self.table.data[name]
        if pa.types.is_dictionary(column.type):
            column = pc.cast(column, column.type.value_type)
        if pa.types.is_boolean(column.type):
            column = pc.cast(column, pa.int8())
        kind = column.type
        if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
            return _floats(column), False
        plain = texts(column)
        try:
            return _floats(plain), False
        except pa.ArrowInvalid:
            pass
        coded = plain.combine_chunks().dictionary_encode("encode")
        values = coded.dictionary.to_pylist()
        percent = np.array([value is not None and value.endswith(_PERCENT) for value in values], np.bool_)
        written = np.array([value is not None and value.casefold() not in MISSING for value in values], np.bool_)
        at = np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.intp)
        if percent.any() and (written & ~percent).any():
            row = int(self.table.rows[(written & ~percent)[at].argmax()])
            raise Refused(
                "percent",
                f"Column {name!r:.80}: some numbers bear a percent sign and row {row} does not; write them all alike.",
            )
        found = np.array([self._number(value, name) for value in values], np.float64)[at]
        return found / 100 if percent.any() else found, bool(percent.any())

    def _number(self, value: str | None, name: str) -> float:
        if value is None or value.casefold() in MISSING:
            return float("nan")
        value = unicodedata.normalize("NFKC", value.translate(_MARKS))
        plain = _SPACES.sub("", value.removesuffix("%").strip())
        if "," in plain:
            plain = self._with_point(plain, name)
        elif self.decimal == "," and plain.count(".") and re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", plain):
            plain = plain.replace(".", "")
        return float(plain) if _NUMBER.fullmatch(plain) else float("nan")

    def _with_point(self, text: str, name: str) -> str:
        if "." in text:
            mark, other = (",", ".") if text.rindex(",") > text.rindex(".") else (".", ",")
            whole, _, rest = text.partition(mark)
            grouped = re.fullmatch(rf"[+-]?\d{{1,3}}(\{other}\d{{3}})+", whole)
            return f"{whole.replace(other, '')}.{rest}" if grouped else "not a number"
        if self.decimal == ".":
            return text.replace(",", "") if _THOUSANDS.fullmatch(text) else "not a number"
        if self.decimal is None and _THOUSANDS.fullmatch(text) and text.count(",") == 1:
            self.decimal = self._mark()
            if self.decimal is None:
                raise Refused(
                    "decimal",
                    f"Column {name!r:.80} has numbers with a comma before three digits, which may be thousands or "
                    "decimals; type --decimal comma or --decimal point.",
                )
            return self._with_point(text, name)
        if text.count(",") == 1:
            return text.replace(",", ".")
        return text.replace(",", "") if _THOUSANDS.fullmatch(text) else "not a number"

    def _mark(self) -> str | None:
        """Return the decimal mark from the first unambiguous number of the table, None without one."""
        for column in self.table.data.columns:
            if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
                continue
            for value in {one.removesuffix("%").strip() for one in texts(column).unique().to_pylist() if one}:
                if re.fullmatch(r"[+-]?(\d*,\d{1,2}|0,\d+|\d*,\d{4,}|\d{4,},\d+)", value):
                    return ","
                if re.fullmatch(r"[+-]?(\d*\.\d{1,2}|0\.\d+|\d*\.\d{4,}|\d{4,}\.\d+)", value):
                    return "."
        return None


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    found = pc.fill_null(pc.cast(column, pa.float64()), float("nan"))
    return np.asarray(found.to_numpy(), np.float64)
