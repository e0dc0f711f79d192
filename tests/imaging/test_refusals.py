"""What is turned away, before it can do harm, and without a word of the patient."""

import logging
import warnings
from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from pydicom.uid import (
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
)

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.imaging.refusals import REFUSAL_RULES
from tests.imaging.images import PATIENT, dataset, image_bytes, written

NOISE = np.random.default_rng(5).integers(0, 4096, (64, 48)).astype(np.uint16)


def rule(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read_image(data)
    error = refusal.value
    assert error.rule in REFUSAL_RULES
    assert error.reason.endswith(".")
    assert "\n" not in error.reason
    assert PATIENT.split("^", maxsplit=1)[0] not in error.reason
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    return error.rule


@pytest.fixture
def few_pixels(monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_PIXELS", "1000")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"Dear colleague, please find enclosed", "not-an-image"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"GIF89a\x01\x00\x01\x00", "gif"),
        (b"\0" * 4096, "not-an-image"),
        (b"\0" * 128 + b"DICM", "truncated"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (b"\xff\xd8\xff", "truncated"),
    ],
)
def test_no_image(data, expected):
    assert rule(data) == expected


@pytest.mark.parametrize("end", [133, 200, 330, 380, -20, -1000])
def test_cut_short(end):
    assert rule(image_bytes(NOISE)[:end]) == "truncated"


def test_cut_short_in_a_compressed_image():
    elements = dataset(NOISE)
    elements.compress(JPEGLSLossless)
    assert rule(written(elements)[:-50]) == "truncated"


def test_cut_short_in_a_deflated_image():
    elements = dataset(NOISE)
    elements.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = written(elements)
    assert read_image(data).values.shape == NOISE.shape
    assert rule(data[:-50]) == "truncated"


def test_a_document():
    elements = dataset(NOISE)
    elements.file_meta.MediaStorageSOPClassUID = elements.SOPClassUID = EncapsulatedPDFStorage
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(elements, keyword)
    elements.EncapsulatedDocument = b"%PDF-1.7"
    assert rule(written(elements)) == "no-pixels"


def test_video_by_the_name_of_its_transfer_syntax():
    elements = dataset(NOISE)
    elements.compress(JPEGLSLossless)
    elements.file_meta.TransferSyntaxUID = MPEG2MPML
    with pytest.raises(Refused, match="MPEG2 Main Profile / Main Level") as refusal:
        read_image(written(elements))
    assert refusal.value.rule == "unsupported-transfer-syntax"


def test_a_private_transfer_syntax_is_not_repeated():
    elements = dataset(NOISE)
    elements.compress(JPEGLSLossless)
    data = written(elements).replace(b"1.2.840.10008.1.2.4.80", b"1.2.999.10008.1.2.4.80")
    with pytest.raises(Refused) as refusal:
        read_image(data)
    assert refusal.value.rule == "unsupported-transfer-syntax"
    assert "999" not in refusal.value.reason


@pytest.mark.usefixtures("few_pixels")
def test_too_many_pixels_in_the_header():
    assert rule(image_bytes(NOISE)) == "too-many-pixels"
    for kind in ("PNG", "JPEG"):
        file = BytesIO()
        PIL.Image.new("L", (40, 30)).save(file, kind)
        assert rule(file.getvalue()) == "too-many-pixels"


def test_a_header_of_many_pixels_and_no_data_is_not_allocated():
    assert rule(image_bytes(NOISE, Rows=65535, Columns=65535)) == "too-many-pixels"
    assert rule(image_bytes(NOISE, Rows=8000, Columns=8000)) == "truncated"
    assert rule(image_bytes(NOISE, NumberOfFrames=2_000_000_000, PixelData=NOISE.tobytes()[:-2])) == "truncated"


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_a_codestream_larger_than_the_data_set_says(syntax):
    elements = dataset(NOISE)
    elements.compress(syntax)
    elements.Rows = 16
    assert rule(written(elements)) == "too-many-pixels"
    elements.Rows = 65
    assert rule(written(elements)) == "cannot-be-decoded"


def test_a_jpeg_larger_than_the_data_set_says():
    file = BytesIO()
    PIL.Image.new("L", (48, 64)).save(file, "JPEG")
    codestream = file.getvalue() + b"\0" * (len(file.getvalue()) % 2)
    elements = dataset(NOISE.astype(np.uint8))
    elements.compress(JPEGLSLossless)
    elements.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    item = b"\xfe\xff\x00\xe0"
    end = b"\xfe\xff\xdd\xe0\0\0\0\0"
    elements.PixelData = item + b"\0" * 4 + item + len(codestream).to_bytes(4, "little") + codestream + end
    assert read_image(written(elements)).values.shape == (64, 48)
    elements.Rows = 8
    assert rule(written(elements)) == "too-many-pixels"


@pytest.mark.usefixtures("few_pixels")
def test_a_deflated_bomb_is_not_unfolded():
    """100 MiB of zeros in 100 kB: refused at the cap of 16 MiB and a little, whatever Rows and Columns say."""
    elements = dataset(NOISE[:2, :2], PixelData=bytes(100 << 20))
    elements.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = written(elements)
    assert len(data) < 1 << 20
    assert rule(data) == "too-many-pixels"


@pytest.mark.parametrize(
    "attributes",
    [
        {"BitsAllocated": 13},
        {"BitsStored": 0, "HighBit": 0},
        {"Rows": 0},
        {"SamplesPerPixel": 2},
        {"PhotometricInterpretation": "HSV"},
        {"PhotometricInterpretation": "PALETTE COLOR"},
    ],
)
def test_a_description_that_cannot_be(attributes):
    assert rule(image_bytes(NOISE, **attributes)) in ("cannot-be-decoded", "unsupported-image")


def test_numbers_that_hold_a_name_are_not_repeated():
    data = image_bytes(NOISE, BitsStored=12, WindowCenter="1234567", WindowWidth="4000")
    assert (
        rule(data.replace(b"\x28\x00\x02\x00US\x02\x00\x01\x00", b"\x28\x00\x02\x00LO\x02\x00Ze"))
        == "cannot-be-decoded"
    )
    assert read_image(data.replace(b"1234567", b"Zebedee")).window is None


def test_decoders_neither_warn_nor_log(caplog, recwarn, capfd):
    """pydicom warns of a value that is too long for its VR by quoting it, and logs what its plugins raise."""
    caplog.set_level(logging.DEBUG)
    warnings.simplefilter("always")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = image_bytes(
            NOISE, WindowCenter="1234567", WindowWidth="4000", BodyPartExamined="ZEBEDEE AND VERY MUCH MORE"
        )
        compressed = dataset(NOISE)
        compressed.compress(JPEGLSLossless)
        broken = written(compressed)
    read_image(data.replace(b"1234567", b"Zebedee"))
    start = broken.rfind(b"\xff\xda") + 20
    assert rule(broken[:start] + b"\xff" * 200 + broken[start + 200 :]) == "cannot-be-decoded"
    assert [record for record in caplog.records if record.name.startswith("pydicom")] == []
    assert [str(warning.message) for warning in recwarn] == []
    assert "ebedee" not in "".join(capfd.readouterr())
