"""Shifting of DICOM dates and times by whole days (PS3.15 E.3.6): DA, DT and TM of PS3.5 6.2."""

import re
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)", re.ASCII)
"""DA, also with the dots of ACR-NEMA."""
_DATETIME = re.compile(r"(\d{8})((?:\d\d){0,3}(?:\.\d{1,6})?(?:[+-]\d{4})?)", re.ASCII)
_TIME = re.compile(r"\d\d(?::?\d\d(?::?\d\d(?:\.\d{1,6})?)?)?", re.ASCII)
_OFFSET = re.compile(r"[+-]\d{4}", re.ASCII)


def shift_date(value: str, days: int) -> str | None:
    """Return a DA value moved into the past, None where it is no whole date, or there is no such date."""
    match = _DATE.fullmatch(value.strip("\0 "))
    if match is None:
        return None
    try:
        moved = date(*(int(part) for part in match.groups())) - timedelta(days)
    except (ValueError, OverflowError):
        return None
    return f"{moved.year:04}{moved.month:02}{moved.day:02}"


def shift_datetime(value: str, days: int) -> str | None:
    """Return a DT value moved into the past, None where it has no whole date.

    Its time of day and offset from UTC stay.
    """
    match = _DATETIME.fullmatch(value.strip("\0 "))
    moved = shift_date(match[1], days) if match else None
    return moved + match[2] if moved and match else None


def shift(value: str, vr: str, days: int) -> str | None:
    """Return a value of VR DA, DT or TM, or an offset from UTC, moved by days; None where it is not well-formed.

    With 0 days the value is checked and stays.
    """
    if vr == "DA":
        return shift_date(value, days)
    if vr == "DT":
        return shift_datetime(value, days)
    stripped = value.strip("\0 ")
    return stripped if (_TIME if vr == "TM" else _OFFSET).fullmatch(stripped) else None
