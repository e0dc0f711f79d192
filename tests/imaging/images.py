"""Hand-made DICOM files, built with pydicom from a few attributes."""

from io import BytesIO

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

PATIENT = "Zebedee^Quartz"


def dataset(pixels, **attributes) -> Dataset:
    """An image of uint8, int16, uint16, ... (rows, columns[, 3]); `attributes` by keyword win over what pixels
    imply.
    """
    pixels = np.asarray(pixels)
    bits = 8 * pixels.dtype.itemsize
    elements = Dataset()
    elements.file_meta = FileMetaDataset()
    elements.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    elements.file_meta.MediaStorageSOPClassUID = elements.SOPClassUID = DigitalXRayImageStorageForPresentation
    elements.file_meta.MediaStorageSOPInstanceUID = elements.SOPInstanceUID = generate_uid()
    elements.PatientName = PATIENT
    elements.Rows, elements.Columns = pixels.shape[:2]
    elements.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    elements.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        elements.PlanarConfiguration = 0
    elements.BitsAllocated = bits
    elements.BitsStored = attributes.get("BitsStored", bits)
    elements.HighBit = elements.BitsStored - 1
    elements.PixelRepresentation = int(pixels.dtype.kind == "i")
    elements.PixelData = pixels.tobytes()
    elements["PixelData"].VR = "OW"
    for keyword, value in attributes.items():
        setattr(elements, keyword, value)
    return elements


def written(elements: Dataset, preamble: bool = True) -> bytes:
    """The data set as a file: with its preamble, or only the bare elements."""
    file = BytesIO()
    if preamble:
        elements.save_as(file, enforce_file_format=True)
        return file.getvalue()
    syntax = elements.file_meta.TransferSyntaxUID
    del elements.file_meta
    elements.save_as(file, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)
    return file.getvalue()


def image_bytes(pixels, **attributes) -> bytes:
    """A file of `dataset(pixels, **attributes)`."""
    return written(dataset(pixels, **attributes))


def item(**attributes) -> Sequence:
    """A sequence of one item."""
    elements = Dataset()
    for keyword, value in attributes.items():
        setattr(elements, keyword, value)
    return Sequence([elements])


def lut(keyword: str, first: int, bits: int, table, signed: bool = False) -> dict[str, Sequence]:
    """A Modality or VOI LUT Sequence of one table."""
    elements = Dataset()
    elements.add_new("LUTDescriptor", "SS" if signed else "US", [len(table), first, bits])
    elements.add_new("LUTData", "US", list(table))
    return {keyword: Sequence([elements])}


def palette(first: int, red, green, blue, bits: int = 16) -> dict:
    """The attributes of a PALETTE COLOR image whose three tables begin at the value `first`."""
    dtype = "<u2" if bits == 16 else "u1"
    attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name, table in (("Red", red), ("Green", green), ("Blue", blue)):
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [len(table), first, bits]
        attributes[f"{name}PaletteColorLookupTableData"] = np.array(table, dtype=dtype).tobytes()
    return attributes
