"""What an image file's header says of its place among a patient's studies: patient, study, series and position."""

from math import isfinite

import numpy as np
from pydicom.dataset import Dataset

from meddx.imaging.dataset import looks_like_dicom, read_elements
from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.imaging.patient_age import patient_age
from meddx.imaging.patient_facts import header_text
from meddx.types import ImageHeader

_MOST_NUMBER = 1 << 31
_SEXES = {"F": "female", "M": "male", "O": "other"}
"""PS3.3 C.7.1.1."""


def image_header(data: bytes) -> ImageHeader:
    """Return the facts of a DICOM file, of another kind of file an empty header.

    A value that breaks its representation is left out. Raises Refused for a DICOM file that cannot be read.
    """
    if not looks_like_dicom(data):
        return ImageHeader()
    silence_decoding_libraries()
    elements, _ = read_elements(data)
    name, patient_id = header_text(elements, "PatientName"), header_text(elements, "PatientID")
    position, orientation = _plane(elements)
    sex = header_text(elements, "PatientSex").upper()
    return ImageHeader(
        patient=patient_id or name,
        study=header_text(elements, "StudyInstanceUID"),
        series=header_text(elements, "SeriesInstanceUID"),
        name=name,
        patient_id=patient_id,
        age=header_text(elements, "PatientAge"),
        age_years=patient_age(elements),
        sex=_SEXES.get(sex, ""),
        study_date=header_text(elements, "StudyDate"),
        study_title=header_text(elements, "StudyDescription"),
        series_title=header_text(elements, "SeriesDescription"),
        series_number=_whole_number(elements, "SeriesNumber"),
        instance=_whole_number(elements, "InstanceNumber"),
        modality=header_text(elements, "Modality").upper(),
        body_part=header_text(elements, "BodyPartExamined"),
        view=header_text(elements, "ViewPosition"),
        laterality=header_text(elements, "ImageLaterality") or header_text(elements, "Laterality"),
        position=position,
        orientation=orientation,
    )


def _plane(elements: Dataset) -> tuple[float | None, str]:
    """Return the image's place along the normal of its plane in mm, and the direction of rows and columns as text.

    From Image Position and Orientation (Patient), PS3.3 C.7.6.2.1.1; None and "" where they are not stated in full.
    """
    corner, directions = _numbers(elements, "ImagePositionPatient"), _numbers(elements, "ImageOrientationPatient")
    if len(corner) != 3 or len(directions) != 6:
        return None, ""
    normal = np.cross(directions[:3], directions[3:])
    return float(np.dot(corner, normal)), " ".join(f"{round(value, 2) + 0.0:.2f}" for value in directions)


def _numbers(elements: Dataset, keyword: str) -> list[float]:
    """Return the numbers of an attribute, [] where one is none."""
    try:
        numbers = [float(value) for value in elements.get(keyword) or ()]
    except Exception:  # a value can break the standard in more ways than can be listed
        return []
    return numbers if all(map(isfinite, numbers)) else []


def _whole_number(elements: Dataset, keyword: str) -> int | None:
    try:
        number = int(elements.get(keyword))
    except Exception:  # as above
        return None
    return number if abs(number) < _MOST_NUMBER else None
