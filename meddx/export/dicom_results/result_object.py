"""What every result object states alike: whose image it is about, what made it, and that it is for research use."""

from copy import deepcopy
from io import BytesIO
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, SecondaryCaptureImageStorage

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.export.case_facts import CaseFacts

MANUFACTURER = "meddx"
_OF_PATIENT_AND_STUDY = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "PatientAge",
    "StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber",
    "StudyDescription",
)  # fmt: skip
_LONGEST = 64
"""Characters of a value of the representation LO."""


def plain_source(header: Dataset) -> Dataset:
    """Return the header as highdicom takes any: without names, and of a class that has a single frame.

    highdicom repeats a name that it finds unusual in a warning, expects functional groups of a class of several frames,
    and does not know every class. `written` puts names and class right.
    """
    source = deepcopy(header)
    source.SOPClassUID = CTImageStorage if "FrameOfReferenceUID" in header else SecondaryCaptureImageStorage
    source.PatientName = source.ReferringPhysicianName = ""
    source.SliceThickness = header.get("SliceThickness")  # highdicom asks for the attribute, empty or not
    return source


def equipment(facts: CaseFacts) -> dict[str, Any]:
    """Return the arguments of a highdicom object that say what made it: meddx, with this model and these weights."""
    return {
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": "meddx",
        "software_versions": (f"meddx {__version__}"[:_LONGEST], model_version(facts)),
        "device_serial_number": facts.card.weights.sha256,
    }


def model_version(facts: CaseFacts) -> str:
    """Return id and version of the model, in 64 characters."""
    return f"{facts.card.id} {facts.card.version}"[:_LONGEST]


def series_description(kind: str, facts: CaseFacts) -> str:
    """Return the title of a series, in 64 characters: research use first, where a list cuts the end off."""
    return f"Research use only: {kind}, {facts.card.id} {facts.card.version}"[:_LONGEST]


def remove_slice_distance(result: Dataset) -> None:
    """Remove the distance between slices (1 mm) that highdicom states for the only slice of an object."""
    [shared] = result.SharedFunctionalGroupsSequence
    for measures in shared.get("PixelMeasuresSequence", []):
        measures.pop("SpacingBetweenSlices", None)


def written(result: Dataset, header: Dataset) -> bytes:
    """Return the object as a file (PS3.10), with patient, study and class of the source as its header states them.

    Its text is in Unicode, whatever the character set of the source was.
    """

    def put_class_right(item: Dataset, element: DataElement) -> None:
        if element.keyword == "ReferencedSOPInstanceUID" and element.value == header.SOPInstanceUID:
            item.ReferencedSOPClassUID = header.SOPClassUID

    result.walk(put_class_right)
    for keyword in _OF_PATIENT_AND_STUDY:
        if keyword in header:
            setattr(result, keyword, header[keyword].value)
    result.SpecificCharacterSet = "ISO_IR 192"
    file = BytesIO()
    result.save_as(file, enforce_file_format=True)
    return file.getvalue()


def research_comment(facts: CaseFacts) -> str:
    """Return the sentence that every object carries."""
    return f"{RESEARCH_USE} Made by a program, read by nobody: {facts.card.title}, {model_version(facts)}."
