"""Read what results about an image must share with it: patient, study, identity and geometry of one of its frames."""

import math
import re
from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from meddx.errors import Refused
from meddx.imaging.dataset import looks_like_dicom, read_elements
from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.imaging.functional_groups import frame_groups
from meddx.imaging.refusals import refusal

_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
_TEXTS = {
    "PatientName": 64, "PatientID": 64, "IssuerOfPatientID": 64, "ReferringPhysicianName": 64, "StudyID": 16,
    "AccessionNumber": 16, "StudyDescription": 64,
}  # fmt: skip
"""By keyword, the most characters that their representations allow, PS3.5 6.2; of a name those of each group."""
_NAMES = {"PatientName", "ReferringPhysicianName"}
_FORMS = {
    "PatientBirthDate": r"\d{8}",
    "PatientSex": r"[MFO]",
    "PatientAge": r"\d{3}[DWMY]",
    "StudyDate": r"\d{8}",
    "StudyTime": r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?",
    "Modality": r"[A-Z0-9_ ]{1,16}",
    "BodyPartExamined": r"[A-Z0-9_ ]{1,16}",
    "Laterality": r"[RL]",
    "BurnedInAnnotation": r"YES|NO",
}
_EMPTY_WHERE_UNKNOWN = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID",
    "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip
"""Type 2 in PS3.3 C.7.1.1 and C.7.2.1."""
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing")
_PLANE = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
_LENGTHS = {"ImagePositionPatient": 3, "ImageOrientationPatient": 6, "PixelSpacing": 2, "SliceThickness": 1}
_LENGTH_ABOVE_0 = {"PixelSpacing", "SliceThickness"}
_GROUPS = ("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence")


def source_header(data: bytes, frame: int = 0) -> Dataset:
    """Return the header of one frame (zero-based) of a DICOM image, as that of a single-frame image, in Unicode.

    It holds nothing but well-formed values: identity and class of the object, patient, study, modality, body part, and
    where they are stated PatientOrientation, PixelSpacing in mm, and the plane of the frame with its Frame of Reference
    (PS3.3 C.7.6.2; of an enhanced object from its functional groups, C.7.6.16). A malformed date, sex or age is empty.
    Raises Refused where the file is not DICOM or cannot be read, where a UID is missing, and where a text that says
    whose image it is breaks its representation, since a result would then be filed under another patient.
    """
    if not looks_like_dicom(data):
        raise Refused("no-header", "Results as DICOM need a DICOM image; give one, PNG and JPEG state no study.")
    silence_decoding_libraries()
    elements, _ = read_elements(data)
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 192"
    for keyword in _UIDS:
        value = _text(elements, keyword)
        if not _UID.fullmatch(value) or len(value) > 64:
            raise Refused("no-header", f"The file states no valid {keyword}, by which results are filed: correct it.")
        setattr(header, keyword, value)
    for keyword, longest in _TEXTS.items():
        value = _text(elements, keyword)
        groups = value.split("=") if keyword in _NAMES else [value]
        if any(len(group) > longest for group in groups) or "\\" in value or not value.isprintable():
            raise Refused("no-header", f"{keyword} of the file breaks its representation (PS3.5 6.2): correct it.")
        if value:
            setattr(header, keyword, value)
    for keyword, form in _FORMS.items():
        value = _text(elements, keyword)
        if re.fullmatch(form, value):
            setattr(header, keyword, value)
    for keyword in _EMPTY_WHERE_UNKNOWN:
        if keyword not in header:
            setattr(header, keyword, "")
    sizes = _numbers(elements, "Rows"), _numbers(elements, "Columns")
    if any(len(size) != 1 for size in sizes):
        raise refusal("cannot-be-decoded")
    header.Rows, header.Columns = (int(size) for (size,) in sizes)
    orientation = [_first(letters) for letters in _values(elements, "PatientOrientation")]
    if len(orientation) == 2 and all(orientation) and len(set(map(_axis, orientation))) == 2:
        header.PatientOrientation = _values(elements, "PatientOrientation")
    _add_geometry(header, elements, frame)
    return header


def _add_geometry(header: Dataset, elements: Dataset, frame: int) -> None:
    """Add the pixel spacing, and plane and Frame of Reference where the frame states both."""
    try:
        stated = list(frame_groups(elements, frame, _GROUPS))
    except Exception:  # groups that are none, and the text may hold a name
        raise refusal("cannot-be-decoded") from None
    for keyword, length in _LENGTHS.items():
        keywords = _SPACINGS if keyword == "PixelSpacing" else (keyword,)
        for values in (_numbers(part, one) for one in keywords for part in stated):
            if len(values) == length and (keyword not in _LENGTH_ABOVE_0 or min(values) > 0):
                setattr(header, keyword, [f"{value:.10g}" for value in values])
                break
    reference = _text(elements, "FrameOfReferenceUID")
    plane = all(keyword in header for keyword in _PLANE) and _orthonormal(header.ImageOrientationPatient)
    if plane and _UID.fullmatch(reference) and len(reference) <= 64:
        header.FrameOfReferenceUID, header.PositionReferenceIndicator = reference, ""
        return
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient"):
        if keyword in header:
            delattr(header, keyword)


def _orthonormal(orientation: Iterable[float]) -> bool:
    row, column = [*map(float, orientation)][:3], [*map(float, orientation)][3:]
    lengths = math.hypot(*row), math.hypot(*column)
    return max(abs(length - 1) for length in lengths) < 1e-3 and abs(sum(map(float.__mul__, row, column))) < 1e-3


def _text(elements: Dataset, keyword: str) -> str:
    """Return a value as text, several joined by a backslash, "" where there is none or it cannot be converted."""
    try:
        value = elements.get(keyword) or ""
        return "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value).strip()
    except Exception:  # a value can break the standard in more ways than can be listed, and its text may hold a name
        return ""


def _values(elements: Dataset, keyword: str) -> list[str]:
    try:
        value = elements.get(keyword)
        return [str(one) for one in (value if isinstance(value, MultiValue | list) else filter(None, [value]))]
    except Exception:  # likewise
        return []


def _numbers(elements: Dataset, keyword: str) -> list[float]:
    try:
        values = [float(value) for value in _values(elements, keyword)]
    except ValueError:
        return []
    return values if all(map(math.isfinite, values)) else []


def _first(letters: str) -> str:
    """Return the main direction of one value of PatientOrientation (PS3.3 C.7.6.1.1.1), "" where it is none."""
    return letters[0] if re.fullmatch("[ALPRHF]{1,3}", letters) else ""


def _axis(letter: str) -> int:
    return next(number for number, axis in enumerate(("LR", "AP", "HF")) if letter in axis)
