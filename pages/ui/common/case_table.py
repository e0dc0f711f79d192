"""A table of cases that a reader adds beside the images: a row of values for each image, by its file's name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.sets.image_finder import IMAGE_SUFFIXES
from meddx.evaluate.sets.manifest import rows_of
from meddx.evaluate.sets.manifest_columns import NOTE_COLUMN
from meddx.evaluate.sets.manifest_roles import OBJECT_COLUMN, image_columns
from pages.ui.common.language.language import _

MOST_BYTES, MOST_TABLE_LINES = 8 << 20, 50_000
"""Of a table: it is parsed in the web process, while others wait."""
_CASE_NAMES = ("case", "caseid")
"""Columns that name the case, which is the file's name with or without its ending, where none names the image."""

ListedCase = Mapping[str, str]
"""Of a table: column -> text."""


@dataclass(frozen=True)
class CaseTable:
    """Hold the rows of a table; patient data, in the session's memory alone. columns: those that name the image."""

    rows: tuple[ListedCase, ...] = field(repr=False)
    columns: tuple[str, ...]

    def row(self, file_name: str, images: "ImageNames") -> ListedCase | str:
        """Return the row of the image of that name, or why there is none, one sentence. images: of the session.

        A row means an image by its path, or without the folder, or without the ending: what both state must agree. It
        is used only where it can mean no other image of the session.
        """
        image, column = image_name(file_name), f"{self.columns[0]!r}"
        fitting = {
            number: max(_agreement(image, name) for name in names)
            for number, names in self._by_stem.get(image.stem, {}).items()
            if any(_may_mean(name, image) for name in names)
        }
        if not fitting:
            return _("The table has no row for this image, by its file's name in column {column}.").format(
                column=column
            )
        most = max(fitting.values())
        best = [number for number, agreement in fitting.items() if agreement == most]
        if len(best) > 1:
            return _("The table has {count} rows for this image, so none was used: keep one of them.").format(
                count=len(best)
            )
        names = self._by_stem[image.stem][best[0]]
        others = [
            one
            for one in images.get(image.stem, ())
            if any(_may_mean(name, one) and _agreement(one, name) >= most for name in names)
        ]
        if len(others) > 1:
            return _(
                "The table's row fits {count} images of this session, so it was not used: name them with their folders "
                "in column {column}."
            ).format(count=len(others), column=column)
        return self.rows[best[0]]

    @cached_property
    def _by_stem(self) -> dict[str, dict[int, list["ImageName"]]]:
        """Return what each row names, by stem and the number of the row."""
        found: defaultdict[str, dict[int, list[ImageName]]] = defaultdict(dict)
        for place, row in enumerate(self.rows):
            for name in {image_name(row[column]) for column in self.columns if row[column]}:
                found[name.stem].setdefault(place, []).append(name)
        return found


class ImageName(NamedTuple):
    """Hold the parts of an image's name. folder, ending: "" where the name states none."""

    folder: str
    stem: str
    ending: str


ImageNames = Mapping[str, Sequence[ImageName]]
"""Names by their stem."""


def image_name(text: str) -> ImageName:
    """Return the parts of a name, or of a path with either slash."""
    path = PurePosixPath(text.replace("\\", "/").strip())
    folder = "" if str(path.parent) == "." else str(path.parent)
    ending = path.suffix.lower() if path.suffix.lower() in IMAGE_SUFFIXES else ""
    return ImageName(folder, path.stem if ending else path.name, ending)


def image_names(texts: Iterable[str]) -> ImageNames:
    """Return the names by their stem."""
    found: defaultdict[str, list[ImageName]] = defaultdict(list)
    for text in texts:
        name = image_name(text)
        found[name.stem].append(name)
    return found


def _may_mean(a: ImageName, b: ImageName) -> bool:
    """Return whether two names of one stem may mean the same image: a folder may stand inside a longer one."""
    within = f"/{a.folder}".endswith(f"/{b.folder}") or f"/{b.folder}".endswith(f"/{a.folder}")
    return (within or not a.folder or not b.folder) and (a.ending == b.ending or not a.ending or not b.ending)


def _agreement(a: ImageName, b: ImageName) -> tuple[bool, bool]:
    """Return what two names agree in; the larger, the more."""
    return a.folder == b.folder, a.ending == b.ending


def read_case_table(data: bytes) -> CaseTable:
    """Return the table of a CSV file, read as manifests of labelled sets are (meddx.evaluate.sets.manifest).

    Raises Refused for a file that is too large or no table, without rows, and without a column that names the image.
    """
    if len(data) > MOST_BYTES:
        raise Refused(
            "table-too-large",
            f"The table has more than {MOST_BYTES >> 20} MiB: leave cases out of it.",
        )
    if max(data.count(b"\n"), data.count(b"\r")) > MOST_TABLE_LINES:
        raise Refused("table-too-large", f"The table has more than {MOST_TABLE_LINES:,} lines: leave cases out of it.")
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
