"""A film with a marker wherever a file has room for text: what de-identification must not let through."""

from io import BytesIO

import numpy as np
import PIL.Image
from PIL import ImageDraw, ImageFont
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from meddx.imaging.decoder_logging import silence_decoding_libraries
from tests.imaging.images import dataset

MARKER = "ZZMARKERZZ"
KANJI = "\u5c71\u7530"
TEXT_VRS = {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
BYTE_VRS = {"OB", "OW", "UN", "OB or OW", "OV", "OD", "OF", "OL"}
NEEDED = {"PhotometricInterpretation", "NumberOfFrames", "PixelData", "FloatPixelData", "DoubleFloatPixelData"} | {
    "SpecificCharacterSet"
}
"""Attributes without whose true values there is no image to look at, or none can be written."""
LOOKUP_TABLES = "LookupTableData"

PATTERNS = (
    MARKER.encode(),
    MARKER.lower().encode(),
    MARKER.encode("utf-16-le"),
    MARKER.encode("utf-16-be"),
    KANJI.encode("utf-8"),
    KANJI.encode("utf-16-le"),
    KANJI.encode("shift_jis"),
    KANJI.encode("euc_jp"),
    KANJI.encode("iso2022_jp")[3:-3],
)


def markers_in(data: bytes) -> list[bytes]:
    """The patterns that occur in the bytes."""
    return [pattern for pattern in PATTERNS if pattern in data]


def raw(tag, vr: str, value: bytes) -> RawDataElement:
    """An element written as it is, whatever its VR would allow."""
    value += b" " * (len(value) % 2)
    return RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)


def fill(elements: Dataset, every: int = 23) -> Dataset:
    """Put the marker into one in `every` attributes of text or bytes that the data set lacks."""
    for number, (tag, (vr, _, _, _, keyword)) in enumerate(DicomDictionary.items()):
        if number % every or tag >> 16 in (0, 2, 4) or tag in elements or keyword in NEEDED:
            continue
        if keyword.endswith(LOOKUP_TABLES):
            continue
        if vr in TEXT_VRS:
            elements._dict[Tag(tag)] = raw(tag, vr, MARKER.encode())
        elif vr in BYTE_VRS and keyword != "LUTData":
            elements._dict[Tag(tag)] = raw(tag, "UN" if vr == "UN" else "OB" if " " in vr else vr, MARKER.encode() * 4)
    return elements


def name_burned_in(shape: tuple[int, int], text: str = "MARKER^JOHN") -> tuple[np.ndarray, np.ndarray]:
    """Grey uint16 pixels of 12 bits, smooth but for a name, and where the ink of the name is."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    smooth = 800 + 600 * np.sin(rows / 90) * np.cos(columns / 70)
    canvas = PIL.Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).text((20, 30), text, 255, ImageFont.load_default(22))
    ink = np.asarray(canvas) > 127
    return np.where(ink, 4095, smooth).astype(np.uint16), ink


def marked_film(every: int = 23) -> tuple[Dataset, np.ndarray]:
    """The film, one in `every` attributes of the dictionary filled, and where the ink of the name in its pixels is."""
    silence_decoding_libraries()  # the values are none that pydicom would write without a warning
    pixels, ink = name_burned_in((256, 240))
    elements = dataset(pixels, BitsStored=12, Modality="DX", BodyPartExamined="CHEST", ViewPosition="PA")
    elements.PatientID = MARKER
    elements.SpecificCharacterSet = ["", "ISO 2022 IR 87", "ISO 2022 IR 13"]
    del elements.PatientName
    japanese = f"{MARKER}^JOHN=".encode() + KANJI.encode("iso2022_jp") + b"^=" + KANJI.encode("shift_jis")
    elements._dict[Tag("PatientName")] = raw(Tag("PatientName"), "PN", japanese)
    elements._dict[Tag("PatientComments")] = raw(Tag("PatientComments"), "LT", MARKER.encode("utf-16-le"))
    elements._dict[Tag("ImageComments")] = raw(Tag("ImageComments"), "LT", KANJI.encode())
    fill(elements, every)
    nested = fill(Dataset())
    nested.ReferencedSOPInstanceUID = "1.2.3.4.5"
    for keyword in (
        "RequestAttributesSequence",
        "SharedFunctionalGroupsSequence",
        "AnatomicRegionSequence",
        "VOILUTSequence",
    ):
        deeper = fill(Dataset())
        deeper.FrameVOILUTSequence = Sequence([fill(Dataset())])
        item = fill(Dataset())
        item.PixelMeasuresSequence = Sequence([deeper])
        setattr(elements, keyword, Sequence([item, nested]))
    icon = fill(Dataset())
    icon.add_new("PixelData", "OB", MARKER.encode() * 4)
    elements.IconImageSequence = Sequence([icon])
    for group in (0x0009, 0x0011, 0x7FE1):
        elements.add_new((group, 0x0010), "LO", MARKER)
        elements.add_new((group, 0x1001), "LO", MARKER)
        elements.add_new((group, 0x1002), "SQ", [fill(Dataset())])
    for group in (0x5000, 0x6000, 0x6002):
        elements.add_new((group, 0x0022), "LO", MARKER)
        elements.add_new((group, 0x3000), "OW", MARKER.encode() * 4)
        elements.add_new((group, 0x4000), "LT", MARKER)
    elements._dict[Tag(0x0018, 0x0BBB)] = raw((0x0018, 0x0BBB), "LO", MARKER.encode())
    elements._dict[Tag("KVP")] = raw(Tag("KVP"), "LO", MARKER.encode())
    elements.add(DataElement(0xFFFCFFFC, "OB", MARKER.encode()))
    elements.file_meta.SourceApplicationEntityTitle = MARKER
    elements.file_meta.PrivateInformationCreatorUID = "1.2.3"
    elements.file_meta.PrivateInformation = MARKER.encode()
    elements.preamble = (MARKER * 12).encode() + b"\0" * 8
    return elements, ink


def marked_raster(kind: str) -> bytes:
    """A PNG or JPEG with the marker in its metadata and after its end."""
    image = PIL.Image.fromarray(np.linspace(0, 255, 64 * 48).reshape(48, 64).astype(np.uint8))
    file = BytesIO()
    exif = PIL.Image.Exif()
    exif[0x010E], exif[0x013B] = MARKER, MARKER
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Patient", MARKER)
        info.add_itxt("Name", KANJI)
        image.save(file, "PNG", pnginfo=info, exif=exif)
    else:
        image.save(file, "JPEG", comment=MARKER.encode(), exif=exif)
    return file.getvalue() + MARKER.encode()
