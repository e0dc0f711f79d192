"""Read the optional columns of a manifest, beyond the image and its labels.

`frame`: from 0. `sex`: F, M or O. `age`: years, or DICOM's age string (nnnD, nnnW, nnnM, nnnY; PS3.5 6.2). `view`: as
in View Position. `box`, or `LABEL_box` for one label: `left top right bottom` as fractions of the image, several
separated by `;`. `mask`, or `LABEL_mask`: an image as large as the image, relative to the manifest.

Sex, age and view may be written as not known (meddx.model.record_encoding.NOT_KNOWN).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LesionBox, LesionMask
from meddx.model.record_encoding import NOT_KNOWN

SEXES = ("F", "M", "O")
YEARS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}
"""Years in one unit of a DICOM age string."""
NOTE_COLUMN = "note"
"""The column that holds a case's note, for models that take one."""


def case_attributes(row: Mapping[str, str], number: int, labels: Sequence[str], folder: Path) -> dict[str, Any]:
    """Return sex, age, view, boxes, masks and the columns themselves of a LabelledCase.

    number: of the row, from 1. Raises Refused naming row and column.
    """
    return {
        "sex": sex(row.get("sex", ""), number),
        "age": age(row.get("age", ""), number),
        "view": _known(row.get("view", "")).upper() or None,
        "boxes": tuple(
            box for column, label in _of("box", labels) for box in boxes_in(row.get(column, ""), column, label, number)
        ),
        "masks": tuple(
            LesionMask(folder / row[column], label) for column, label in _of("mask", labels) if row.get(column)
        ),
        "columns": dict(row),
    }


def frame(row: Mapping[str, str], number: int) -> int:
    """Return the index of the row's frame, 0 when none is given.

    Raises Refused naming the row.
    """
    text = row.get("frame") or "0"
    if not text.isdecimal():
        raise Refused("unknown-value", f"Row {number}: column 'frame' must be a number from 0; correct it.")
    return int(text)


def sex(text: str, number: int) -> str | None:
    """Return the sex as F, M or O, None where it is not known.

    Raises Refused naming the row.
    """
    first = _known(text).upper()[:1]
    if first and first not in SEXES:
        raise Refused("unknown-value", f"Row {number}: column 'sex' must be F, M or O; correct it.")
    return first or None


def age(text: str, number: int) -> float | None:
    """Return the age in years, None where it is not known; its decimal mark may be a comma.

    Raises Refused naming the row.
    """
    known = _known(text)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([DWMY]?)", known.upper().replace(",", "."))
    if known and found is None:
        raise Refused(
            "unknown-value", f"Row {number}: column 'age' must be a number of years, or such as 018M; correct it."
        )
    return None if found is None else float(found[1]) * YEARS[found[2] or "Y"]


def reaches(text: str, column: str, least: float, number: int) -> bool:
    """Return whether a cell holds a number of at least this; what is not known does not. An age is read as `age` does.

    Raises Refused naming row and column where it holds anything else.
    """
    if column == "age":
        value = age(text, number)
    else:
        try:
            value = float(known.replace(",", ".")) if (known := _known(text)) else None
        except ValueError as error:
            raise Refused("unknown-value", f"Row {number}: column {column!r} must be a number; correct it.") from error
    return value is not None and value >= least


def no_row_left_short(rows: Sequence[Mapping[str | None, Any]]) -> None:
    """Raise Refused for the first row with fewer or more fields than line 1 has columns."""
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise Refused("uneven-row", f"Row {number} has more or fewer fields than line 1 names columns; correct it.")


def _known(text: str) -> str:
    """Return the text without spaces around it, "" where it says that something is not known."""
    text = text.strip()
    return "" if text.casefold() in NOT_KNOWN else text


def is_of(kind: str, column: str) -> bool:
    """Return whether a column holds boxes ("box") or masks ("mask"), of one label or of none."""
    return column == kind or column.endswith(f"_{kind}")


def boxes_in(cell: str, column: str, label: str | None, number: int) -> list[LesionBox]:
    """Return the boxes that a cell lists.

    Raises Refused naming row and column where it holds anything else.
    """
    boxes = []
    for text in filter(str.strip, cell.split(";")):
        try:
            left, top, right, bottom = map(float, text.split())
        except ValueError:
            left = top = right = bottom = float("nan")
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise Refused(
                "unknown-box",
                f"Row {number}: column {column!r} must be `left top right bottom` as fractions of the image; "
                "correct it.",
            )
        boxes.append(LesionBox(left, top, right, bottom, label))
    return boxes


def _of(kind: str, labels: Sequence[str]) -> list[tuple[str, str | None]]:
    return [(kind, None), *((f"{label}_{kind}", label) for label in labels)]
