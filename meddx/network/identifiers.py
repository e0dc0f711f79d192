"""What goes to a PACS by C-FIND, C-GET and C-MOVE and what comes back: identifiers (PS3.4 C.4)."""

from collections.abc import Mapping
from typing import Any

from pydicom import Dataset
from pydicom.uid import UID

from meddx.network.pacs_studies import SERIES_KEYWORDS, STUDY_KEYWORDS


def identifier(asked: Mapping[str, str]) -> Dataset:
    """Return what is asked, keyword -> value to match, as the data set of a request."""
    dataset = Dataset()
    if not all(value.isascii() for value in asked.values()):
        dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in asked.items():
        setattr(dataset, keyword, UID(value) if keyword.endswith("UID") else value)
    return dataset


def plain_answer(answer: Dataset) -> object:
    """Return an answer in the DICOM JSON model; without what cannot be read of it."""
    plain: dict[str, Any] = {}
    for keyword in (*STUDY_KEYWORDS, *SERIES_KEYWORDS):
        try:
            if keyword in answer:
                one = Dataset()
                one[keyword] = answer[keyword]
                plain |= one.to_json_dict()
        except Exception:  # whatever a PACS makes of an attribute
            continue
    return plain
