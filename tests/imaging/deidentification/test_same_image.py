"""What is drawn and given to a model stays the same, whatever the transfer syntax and the kind of pixels."""

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from meddx.errors import Refused
from meddx.imaging.deidentification.deidentify import deidentify
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from tests.imaging.images import dataset, lut, palette, written
from tests.imaging.test_real_files import FILES

PSEUDONYMS = Pseudonyms(bytes(32))
KEEP = Options(burned_in="keep")
SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
GREY = np.arange(64, dtype=np.uint16).reshape(8, 8)
SMALL_FILES = [name for name, path in FILES.items() if path.suffix == ".dcm" and path.stat().st_size < 1 << 21]


def refused_by(read, *arguments):
    """The rule by which a file is refused, if it is."""
    try:
        read(*arguments)
    except Refused as refused:
        return refused.rule
    return None


def assert_same(data: bytes) -> None:
    rule = refused_by(read_image, data)
    if rule is not None:
        assert refused_by(deidentify, data, KEEP, PSEUDONYMS) in (rule, "dicomdir")
        return
    before = read_image(data)
    cut = refused_by(read_image, data, before.frames - 1)  # a file is copied whole or not at all
    if cut is not None:
        assert refused_by(deidentify, data, KEEP, PSEUDONYMS) == cut
        return
    after = read_image(deidentify(data, KEEP, PSEUDONYMS).data)
    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_allclose(display(before), display(after), atol=1e-6)
    assert before.pixel_aspect == after.pixel_aspect


def in_syntax(elements, syntax) -> bytes:
    """The file in another byte order or with implicit VR."""
    if syntax == ExplicitVRBigEndian:
        for keyword in ("PixelData", *(f"{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue"))):
            if keyword in elements and elements.BitsAllocated == 16:
                elements[keyword].value = np.frombuffer(elements[keyword].value, "<u2").astype(">u2").tobytes()
    elements.file_meta.TransferSyntaxUID = syntax
    return written(elements)


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize(
    "attributes",
    [
        {"PixelPaddingValue": 3, "WindowCenter": 20, "WindowWidth": 30},
        lut("ModalityLUTSequence", 0, 16, np.arange(64) * 900),
        lut("VOILUTSequence", 0, 12, np.arange(64) * 60),
        palette(0, np.arange(64) * 1000, np.arange(64)[::-1] * 1000, np.zeros(64)),
    ],
    ids=["padding", "modality", "voi", "palette"],
)
def test_tables_survive_every_byte_order(syntax, attributes):
    elements = dataset(GREY)
    for keyword, value in attributes.items():
        setattr(elements, keyword, value)
    assert_same(in_syntax(elements, syntax))


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_signed_padding_survives(syntax):
    elements = dataset((GREY.astype(np.int16) - 2000), PixelPaddingValue=-2000)
    assert_same(in_syntax(elements, syntax))


def test_floating_point_pixels_survive():
    elements = dataset(np.zeros((8, 8), np.uint16))
    del elements.PixelData, elements.BitsStored, elements.HighBit, elements.PixelRepresentation
    elements.BitsAllocated = 32
    elements.FloatPixelData = np.linspace(-3, 5, 64, dtype="<f4").tobytes()
    assert_same(written(elements))


@pytest.mark.parametrize("name", SMALL_FILES)
def test_files_of_other_toolkits_survive_or_are_refused(name):
    assert_same(FILES[name].read_bytes())
