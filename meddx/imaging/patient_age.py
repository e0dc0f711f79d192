"""The patient's age on the day of the examination."""

import re
from datetime import date

from pydicom.dataset import Dataset

_AGE = re.compile(r"(\d{3})([DWMY])")
_DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TAKEN = ("AcquisitionDate", "ContentDate", "SeriesDate", "StudyDate")
_OLDEST = 130.0
"""Years; what states more is a mistake."""


def patient_age(elements: Dataset) -> float | None:
    """Return the age in years, of PatientAge (AS, PS3.5 6.2), else from the dates of birth and of the image.

    None where the file states neither, or no age that a person can have.
    """
    years = age_in_years(_text(elements, "PatientAge"))
    if years is None:
        born = _day(elements, "PatientBirthDate")
        taken = next((day for keyword in _TAKEN if (day := _day(elements, keyword))), None)
        if born is None or taken is None:
            return None
        years = (taken - born).days / _DAYS["Y"]
    return years if 0 <= years <= _OLDEST else None


def age_in_years(text: str) -> float | None:
    """Return the years of an age string (AS, PS3.5 6.2: nnnD, nnnW, nnnM or nnnY), None for any other text.

    "000Y" and the like stand for an unknown age in many files, so they are not taken for one.
    """
    age = _AGE.fullmatch(text.upper())
    return int(age[1]) * _DAYS[age[2]] / _DAYS["Y"] if age is not None and int(age[1]) else None


def _day(elements: Dataset, keyword: str) -> date | None:
    stated = _DATE.fullmatch(_text(elements, keyword))
    try:
        return date(*map(int, stated.groups())) if stated else None
    except ValueError:
        return None


def _text(elements: Dataset, keyword: str) -> str:
    try:
        return str(elements.get(keyword) or "").strip("\0 \t\r\n")
    except Exception:  # a value can break the standard in more ways than can be listed
        return ""
