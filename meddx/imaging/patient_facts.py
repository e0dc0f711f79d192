"""The facts in an image file's header that say whose image it is; read only where a reader asks for them."""

import re

from pydicom.dataset import Dataset
from pydicom.valuerep import PersonName

from meddx.imaging.dataset import looks_like_dicom, read_elements
from meddx.imaging.decoder_logging import silence_decoding_libraries

PATIENT_FACTS = {
    "PatientName": "Patient",
    "PatientID": "Patient ID",
    "PatientBirthDate": "Born",
    "PatientSex": "Sex",
    "PatientAge": "Age",
    "StudyDate": "Study date",
    "AccessionNumber": "Accession number",
}
"""Attributes of PS3.3 C.7.1.1 and C.7.2.1 by keyword, with their titles, in the order of a report."""
_LONGEST = 128
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_AGE = re.compile(r"0*(\d+)([DWMY])")
_UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}


def patient_facts(data: bytes) -> dict[str, str]:
    """Return the facts that a DICOM file states, title -> text; none for another kind of file.

    Raises Refused for a DICOM file that cannot be read. A value that breaks its representation is left out.
    """
    if not looks_like_dicom(data):
        return {}
    silence_decoding_libraries()
    elements, _ = read_elements(data)
    facts = {title: header_text(elements, keyword) for keyword, title in PATIENT_FACTS.items()}
    return {title: text for title, text in facts.items() if text}


def header_text(elements: Dataset, keyword: str) -> str:
    """Return one value of a header as text for a reader, "" where it is missing or breaks its representation."""
    try:
        value = elements.get(keyword)
        text = _name(value) if isinstance(value, PersonName) else str(value or "")
    except Exception:  # a value can break the standard in more ways than can be listed, and its text may hold a name
        return ""
    text = " ".join(text.split())[:_LONGEST]
    if keyword.endswith("Date"):
        date = _DATE.fullmatch(text)
        return "-".join(date.groups()) if date else ""
    if keyword == "PatientAge":
        age = _AGE.fullmatch(text)
        return f"{age[1]} {_UNITS[age[2]]}" if age else ""
    return text


def _name(name: PersonName) -> str:
    """Return the alphabetic and the ideographic form of a name, PS3.5 6.2.1.2: "Wang XiaoDong (王 小東)"."""
    groups = [" ".join(filter(None, str(group).split("^"))) for group in (name.alphabetic, name.ideographic)]
    alphabetic, ideographic = groups
    return f"{alphabetic} ({ideographic})" if alphabetic and ideographic else alphabetic or ideographic
