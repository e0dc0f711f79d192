"""A table of cases that a reader adds beside the images: a row of values for each image, by its file's name."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.sets.image_finder import IMAGE_SUFFIXES
from meddx.evaluate.sets.manifest import rows_of
from meddx.evaluate.sets.manifest_columns import NOTE_COLUMN
from meddx.evaluate.sets.manifest_roles import OBJECT_COLUMN, image_columns

MOST_BYTES = 16 << 20
_CASE_NAMES = ("case", "caseid")
"""Columns that name the case, which is the file's name with or without its ending, where none names the image."""

ListedCase = Mapping[str, str]
"""Of a table: column -> text."""


@dataclass(frozen=True)
class CaseTable:
    """Hold the rows of a table; patient data, in the session's memory alone. columns: those that name the image."""

    rows: tuple[ListedCase, ...] = field(repr=False)
    columns: tuple[str, ...]

    def row(self, file_name: str) -> ListedCase | str:
        """Return the row of the image of that name, or why there is none, one sentence.

        A row means an image by its path, else by the name of the file, else by that name without its ending.
        """
        path, name, stem = _spellings(file_name)
        for names, wanted in ((self._paths, path), (self._names, name), (self._stems, stem)):
            found = names.get(wanted, [])
            if len(found) == 1:
                return self.rows[found[0]]
            if found:
                return f"The table has {len(found)} rows for this image, so none was used: keep one of them."
        return f"The table has no row for this image, by its file's name in column {self.columns[0]!r}."

    @cached_property
    def _paths(self) -> dict[str, list[int]]:
        return self._by_spelling(0)

    @cached_property
    def _names(self) -> dict[str, list[int]]:
        return self._by_spelling(1)

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        return self._by_spelling(2)

    def _by_spelling(self, spelling: int) -> dict[str, list[int]]:
        """Return the numbers of the rows by one of the spellings of what they name."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            for name in {_spellings(row[column])[spelling] for column in self.columns if row[column]}:
                found[name].append(number)
        return found


def read_case_table(data: bytes) -> CaseTable:
    """Return the table of a CSV file, read as manifests of labelled sets are (meddx.evaluate.sets.manifest).

    Raises Refused for a file that is too large or no table, without rows, and without a column that names the image.
    """
    if len(data) > MOST_BYTES:
        raise Refused("table-too-large", f"The table has more than {MOST_BYTES >> 20} MiB: leave cases out of it.")
    rows = rows_of(data)
    columns = [name for name in image_columns(list(rows[0]) if rows else []) if key(name) != key(OBJECT_COLUMN)]
    columns = columns or [name for name in (rows[0] if rows else ()) if key(name) in _CASE_NAMES]
    if not columns:
        raise Refused(
            "missing-column",
            "The table has no rows, or no column that names the image: call it 'file' or 'path', or 'case' for its "
            "name without the ending, in line 1.",
        )
    return CaseTable(tuple(rows), tuple(columns))


def listed_value(row: ListedCase, name: str) -> str:
    """Return the text in the column of that name, without regard to case, spaces and punctuation; "" without one."""
    exact = row.get(name)
    return exact if exact is not None else next((text for column, text in row.items() if key(column) == key(name)), "")


def listed_note(row: ListedCase) -> str:
    """Return the note of a row, "" for none."""
    return listed_value(row, NOTE_COLUMN)


def _spellings(name: str) -> tuple[str, str, str]:
    """Return path, name and name without the ending of an image."""
    path = PurePosixPath(name.replace("\\", "/").strip())
    return str(path), path.name, path.stem if path.suffix.lower() in IMAGE_SUFFIXES else path.name
