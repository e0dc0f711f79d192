"""De-identification of the bytes of one image file: DICOM, PNG or JPEG."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from meddx import __version__
from meddx.errors import Refused
from meddx.imaging.dataset import has_preamble, looks_like_dicom, read_elements
from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.imaging.deidentification.burned_in_text import find_burned_in_text, header_hints, mask, refuse_text
from meddx.imaging.deidentification.clean_dataset import Changes, DatasetCleaner
from meddx.imaging.deidentification.pixels import decode_frames, store_frames
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.description import read_as_meant
from meddx.imaging.dicom import decode_image
from meddx.imaging.read_image import read_image
from meddx.imaging.refusals import refusal
from meddx.imaging.windowing import display
from meddx.types import Box, Image

METHOD_CODES = {
    "113100": "Basic Application Confidentiality Profile",
    "113101": "Clean Pixel Data Option",
    "113106": "Retain Longitudinal Temporal Information Full Dates Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
}
"""Codes of CID 7050, PS3.16."""
DATES_STATED = {"remove": "REMOVED", "shift": "MODIFIED", "keep": "UNMODIFIED"}
"""Longitudinal Temporal Information Modified (0028,0303), PS3.3 C.12.1.1.7."""
DICOMDIR = UID("1.2.840.10008.1.3.10")


@dataclass(frozen=True)
class Deidentified:
    """The bytes of an image without what identifies the patient, and what was done.

    suffix: ".dcm" or ".png". changes: how often something was done to an attribute; no values. boxes: where text was
    found in the pixels of any frame, and masked in all. hints: attributes that suggested burned-in text. asks: whether
    nothing is masked yet, and `mask_confirmed` is to be told what shall be.
    """

    data: bytes
    suffix: str
    changes: Changes
    boxes: tuple[Box, ...] = ()
    hints: tuple[str, ...] = ()
    asks: bool = False


def deidentify(data: bytes, options: Options, pseudonyms: Pseudonyms) -> Deidentified:
    """Return an image file without what identifies the patient.

    DICOM becomes uncompressed DICOM, whatever its transfer syntax was; PNG and JPEG become PNG of pixels alone.
    Raises Refused, also for a DICOM object without an image (a report, an encapsulated document) and for a DICOMDIR.
    """
    silence_decoding_libraries()
    if not data:
        raise refusal("empty")
    if is_dicomdir(data):
        raise dicomdir()
    if looks_like_dicom(data):
        return _dicom(data, options, pseudonyms)
    return _raster(read_image(data), options)


def dicomdir() -> Refused:
    """Return the Refused error for a DICOMDIR, which is left out on purpose."""
    return Refused(
        "dicomdir",
        "A DICOMDIR lists the patients of a medium and holds no image: it is left out; give the images themselves.",
    )


def is_dicomdir(data: bytes) -> bool:
    """Return whether the bytes are a Media Storage Directory (PS3.10 8.6)."""
    return has_preamble(data) and re.search(re.escape(DICOMDIR.encode()) + rb"[\0 ]?\x02\0", data[:1024]) is not None


def _dicom(data: bytes, options: Options, pseudonyms: Pseudonyms) -> Deidentified:
    elements, transfer_syntax = read_elements(data)
    try:
        read_as_meant(elements, transfer_syntax)
        frames, photometric = decode_frames(elements, transfer_syntax)
        cleaner = DatasetCleaner(options, pseudonyms, _patient(elements), transfer_syntax.is_little_endian)
        hints = header_hints(elements)
        cleaned = cleaner.clean(elements)
        store_frames(cleaned, frames, photometric)
        boxes: tuple[Box, ...] = ()
        if options.burned_in != "keep":
            numbers = range(len(frames))
            images = (decode_image(cleaned, ExplicitVRLittleEndian, number) for number in numbers)
            boxes = tuple(sorted({box for image in images for box in find_burned_in_text(image)}))
            refuse_text(options.burned_in, boxes, frames[0].shape[:2], "BurnedInAnnotation" in hints)
        asks = options.burned_in == "ask" and bool(boxes or "BurnedInAnnotation" in hints)
        if boxes and not asks:
            _mask_frames(cleaned, frames, photometric, boxes)
        _identify(cleaned, data, cleaner, replace(options, burned_in="keep") if asks else options)
        return Deidentified(_written(cleaned), ".dcm", cleaner.changes, boxes, hints, asks)
    except Refused:
        raise
    except Exception:  # a file can break the standard in more ways than can be listed, and its text may hold a name
        raise refusal("cannot-be-decoded") from None


def mask_confirmed(data: bytes, boxes: tuple[Box, ...]) -> bytes:
    """Return what `deidentify` made and asked about, with these boxes masked and said to be free of text.

    Raises Refused.
    """
    silence_decoding_libraries()
    if not looks_like_dicom(data):
        image = read_image(data)
        return _png(mask(image.values, display(image), boxes) if boxes else image.values, image.bits_stored)
    elements, transfer_syntax = read_elements(data)
    frames, photometric = decode_frames(elements, transfer_syntax)
    if boxes:
        _mask_frames(elements, frames, photometric, boxes)
    elements.DeidentificationMethodCodeSequence.insert(1, _method("113101"))
    elements.BurnedInAnnotation = "NO"
    return _written(elements)


def _mask_frames(cleaned: Dataset, frames: list[NDArray[Any]], photometric: str, boxes: tuple[Box, ...]) -> None:
    """Mask the boxes in every frame of a data set that holds the frames already."""
    for number, frame in enumerate(frames):
        frames[number] = mask(frame, display(decode_image(cleaned, ExplicitVRLittleEndian, number)), boxes)
    store_frames(cleaned, frames, photometric)


def _patient(elements: Dataset) -> str:
    """Return what tells this patient from others: the ID, else the name, else the study."""
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID"):
        try:
            stated = str(elements.get(keyword) or "").strip("\0 ")
        except Exception:  # malformed
            continue
        if stated:
            return stated
    return ""


def _identify(cleaned: Dataset, data: bytes, cleaner: DatasetCleaner, options: Options) -> None:
    """Write pseudonyms, and what was done (PS3.15 E.1.1, 6 to 10), into a cleaned data set."""
    pseudonyms = cleaner.pseudonyms
    for keyword in ("PatientID", "PatientName"):
        del cleaner.changes[keyword, "emptied"]
        cleaner.changes[keyword, "replaced"] = 1
    cleaned.PatientID = cleaned.PatientName = pseudonyms.patient(cleaner.patient or sha256(data).hexdigest())
    if not cleaned.get("SOPInstanceUID"):
        cleaned.SOPInstanceUID = pseudonyms.uid(sha256(data).hexdigest())
    sop_class = UID(cleaned.get("SOPClassUID") or "")
    if sop_class.type != "SOP Class" or "Storage" not in sop_class.name:
        cleaned.SOPClassUID = SecondaryCaptureImageStorage
    cleaned.PatientIdentityRemoved = "YES"
    cleaned.DeidentificationMethod = f"meddx {__version__}: PS3.15 Annex E"
    cleaned.DeidentificationMethodCodeSequence = Sequence([_method(code) for code in _methods(options)])
    cleaned.LongitudinalTemporalInformationModified = DATES_STATED[options.dates]
    if options.burned_in != "keep":
        cleaned.BurnedInAnnotation = "NO"


def _methods(options: Options) -> list[str]:
    codes = ["113100"]
    if options.burned_in != "keep":
        codes.append("113101")
    if options.dates != "remove":
        codes.append("113106" if options.dates == "keep" else "113107")
    return [*codes, "113108"] if options.patient_characteristics else codes


def _method(code: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", METHOD_CODES[code]
    return item


def _written(cleaned: Dataset) -> bytes:
    cleaned.file_meta = FileMetaDataset()
    cleaned.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = BytesIO()
    cleaned.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _raster(image: Image, options: Options) -> Deidentified:
    values = image.values
    boxes: tuple[Box, ...] = ()
    if options.burned_in != "keep":
        boxes = find_burned_in_text(image)
        refuse_text(options.burned_in, boxes, (values.shape[0], values.shape[1]), warned=False)
    asks = options.burned_in == "ask" and bool(boxes)
    if boxes and not asks:
        values = mask(values, display(image), boxes)
    changes: Changes = Counter({("everything but the pixels", "removed"): 1})
    return Deidentified(_png(values, image.bits_stored), ".png", changes, boxes, asks=asks)


def _png(values: NDArray[Any], bits_stored: int) -> bytes:
    samples = values if values.ndim == 3 else values.astype(np.uint8 if bits_stored == 8 else np.uint16)
    file = BytesIO()
    PIL.Image.fromarray(samples).save(file, format="PNG")
    return file.getvalue()
