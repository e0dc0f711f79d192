"""Writing of a phantom to files marked synthetic: DICOM, and PNG for image and mask."""

from hashlib import sha256
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from meddx.imaging.phantom.chest import Phantom
from meddx.imaging.phantom.exposure import HIGHEST

DATE = "20000101"
"""The date of every phantom: a clock would make equal seeds give unequal bytes."""


def phantom_dicom(phantom: Phantom, monochrome1: bool = False) -> bytes:
    """Return the phantom as a Digital X-Ray Image - For Presentation object (PS3.3 A.26).

    It is Explicit VR Little Endian, uncompressed.
    Synthetic Data (0008,001C) is YES and the patient is PHANTOM^SYNTHETIC. UIDs come from the content, so equal
    phantoms give equal bytes. monochrome1: store the inverse, low values white.
    """
    dataset = Dataset()
    _add_patient_and_study(dataset, phantom)
    _add_image(dataset, phantom.spacing)
    pixels = HIGHEST - phantom.pixels if monochrome1 else phantom.pixels
    dataset.PhotometricInterpretation = "MONOCHROME1" if monochrome1 else "MONOCHROME2"
    dataset.PresentationLUTShape = "INVERSE" if monochrome1 else "IDENTITY"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.PixelData = pixels.astype("<u2").tobytes()
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = _uid("image", dataset.PhotometricInterpretation, sha256(dataset.PixelData).hexdigest())
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def phantom_png(phantom: Phantom) -> bytes:
    """Return the phantom as a 16-bit grey PNG with the text chunk Synthetic=YES.

    The 12 bits are the high ones so that any viewer shows them.
    """
    return _png(PIL.Image.fromarray(phantom.pixels << 4))


def mask_png(mask: NDArray[np.bool_]) -> bytes:
    """Return the mask as an 8-bit grey PNG, 255 where it is True, with the text chunk Synthetic=YES."""
    return _png(PIL.Image.fromarray(mask.astype(np.uint8) * np.uint8(255)))


def _png(image: PIL.Image.Image) -> bytes:
    text = PngInfo()
    text.add_text("Synthetic", "YES")
    file = BytesIO()
    image.save(file, format="PNG", pnginfo=text, compress_level=3)
    return file.getvalue()


def _uid(*parts: str) -> UID:
    """Return a UID derived from a UUID (PS3.5 B.2) of the parts."""
    return UID(f"2.25.{uuid5(NAMESPACE_URL, ' '.join(('meddx-phantom', *parts))).int}")


def _coded(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return item


def _add_patient_and_study(dataset: Dataset, phantom: Phantom) -> None:
    """Add the Patient, General Study, DX Series and Equipment modules.

    What is unknown of a phantom is empty, where the IOD allows.
    """
    dataset.PatientName = "PHANTOM^SYNTHETIC"
    dataset.PatientID = f"PHANTOM-{phantom.patient}"
    dataset.PatientBirthDate = dataset.PatientSex = ""
    dataset.StudyInstanceUID = _uid("study", str(phantom.patient), str(phantom.seed))
    dataset.SeriesInstanceUID = _uid("series", str(phantom.patient), str(phantom.seed))
    dataset.StudyDate = dataset.ContentDate = dataset.AcquisitionDate = DATE
    dataset.StudyTime = dataset.ContentTime = dataset.AcquisitionTime = "000000"
    dataset.StudyID = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.SeriesNumber = dataset.InstanceNumber = dataset.AcquisitionNumber = 1
    dataset.Modality = "DX"
    dataset.SeriesDescription = "Synthetic chest phantom"
    dataset.Manufacturer = "meddx"
    dataset.ManufacturerModelName = "chest phantom"


def _add_image(dataset: Dataset, spacing: float) -> None:
    """Add the image modules.

    General Image, DX Anatomy Imaged, DX Image, DX Detector, DX Positioning, VOI LUT, Acquisition Context.
    """
    dataset.SyntheticData = "YES"
    # Made by computation, from no exposure of a patient: PS3.3 C.8.11.3.1.1 and C.7.6.1.1.2.
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.DerivationDescription = "Simulated; no patient was imaged"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    dataset.BodyPartExamined = "CHEST"
    dataset.AnatomicRegionSequence = [_coded(codes.SCT.Chest)]
    dataset.ImageLaterality = "U"
    dataset.ViewPosition = "PA"
    dataset.ViewCodeSequence = [_coded(codes.SCT.PosteroAnterior)]
    # Rows run to the patient's left, columns to the feet.
    dataset.PatientOrientation = ["L", "F"]
    dataset.AcquisitionContextSequence = []
    dataset.DetectorType = ""
    dataset.PixelSpacing = dataset.ImagerPixelSpacing = [round(spacing, 6)] * 2
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    # LINEAR, PS3.3 C.11.2.1.2: this centre and width take 0..4095 to the full range of the display.
    dataset.WindowCenter, dataset.WindowWidth = (HIGHEST + 1) // 2, HIGHEST + 1
    dataset.SamplesPerPixel = 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
