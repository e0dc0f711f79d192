"""How a DICOM file stores its values, and what it says of the image, each rule with numbers worked out by hand."""

import numpy as np
import pytest
from pydicom.pixels.utils import get_j2k_parameters
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from meddx.imaging.read_image import read_image
from tests.imaging.images import dataset, image_bytes, written

RAMP = np.arange(12, dtype=np.uint16).reshape(3, 4)


def test_without_a_preamble_or_header():
    for syntax in (ImplicitVRLittleEndian, ExplicitVRBigEndian):
        stored = RAMP.astype(">u2") if syntax == ExplicitVRBigEndian else RAMP
        elements = dataset(stored)
        elements.file_meta.TransferSyntaxUID = syntax
        image = read_image(written(elements, preamble=False))
        np.testing.assert_array_equal(image.values, RAMP)
        assert image.transfer_syntax == syntax.name


def test_header_without_preamble():
    np.testing.assert_array_equal(read_image(image_bytes(RAMP)[132:]).values, RAMP)


def test_big_endian():
    elements = dataset(RAMP.astype(">u2"))
    elements.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    np.testing.assert_array_equal(read_image(written(elements)).values, RAMP)


def test_bits_above_bits_stored_are_an_overlay_and_no_pixel():
    image = read_image(image_bytes(RAMP | np.uint16(0xA000), BitsStored=12, HighBit=11))
    np.testing.assert_array_equal(image.values, RAMP)
    assert image.bits_stored == 12
    assert image.value_range == (0, 4095)


def test_signed_values_of_11_bits_in_16():
    # 0x7FF is -1 and 0x400 is -1024 in 11 bits of two's complement.
    stored = np.array([[0x7FF, 0x400, 0x3FF, 0x001]], dtype=np.uint16).view(np.int16)
    image = read_image(image_bytes(stored, BitsStored=11, HighBit=10))
    np.testing.assert_array_equal(image.values, [[-1, -1024, 1023, 1]])
    assert image.value_range == (-1024, 1023)


def test_high_bit_at_the_top_of_the_word():
    image = read_image(image_bytes(RAMP << np.uint16(4), BitsStored=12, HighBit=15))
    np.testing.assert_array_equal(image.values, RAMP)


def test_eight_bits_allocated_and_odd_length():
    stored = np.array([[1, 2, 255]], dtype=np.uint8)
    np.testing.assert_array_equal(read_image(image_bytes(stored)).values, stored)


@pytest.mark.parametrize(
    ("attributes", "aspect"),
    [
        ({}, 1.0),
        ({"PixelSpacing": [0.4, 0.2]}, 2.0),
        ({"ImagerPixelSpacing": [0.1, 0.2]}, 0.5),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.1, 0.2]}, 1.0),
        ({"PixelAspectRatio": ["4", "3"]}, 4 / 3),
        ({"PixelSpacing": [0, 0.2]}, 1.0),
    ],
)
def test_pixel_aspect_is_height_over_width(attributes, aspect):
    assert read_image(image_bytes(RAMP, **attributes)).pixel_aspect == pytest.approx(aspect)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_compression_keeps_every_value(syntax, signed):
    rng = np.random.default_rng(7)
    low, high = (-2048, 2048) if signed else (0, 4096)
    stored = rng.integers(low, high, (65, 48)).astype(np.int16 if signed else np.uint16)
    elements = dataset(stored, BitsStored=12, HighBit=11)
    elements.compress(syntax)
    np.testing.assert_array_equal(read_image(written(elements)).values, stored)


def test_float_pixel_data():
    values = np.array([[0.25, -3.5], [np.nan, 1e4]], dtype=np.float32)
    elements = dataset(RAMP[:2, :2], BitsAllocated=32)
    for keyword in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        delattr(elements, keyword)
    elements.FloatPixelData = values.tobytes()
    image = read_image(written(elements))
    np.testing.assert_array_equal(image.values, [[0.25, -3.5], [0, 1e4]])
    assert len(image.notes) == 1


def test_what_the_file_states():
    image = read_image(
        image_bytes(
            RAMP,
            Modality="DX",
            BodyPartExamined="Chest",
            ViewPosition="PA",
            SyntheticData="YES",
            BurnedInAnnotation="YES",
        )
    )
    assert (image.modality, image.body_part, image.view, image.synthetic) == ("DX", "CHEST", "PA", True)
    assert len(image.notes) == 1
    image = read_image(image_bytes(RAMP, SyntheticData="NO"))
    assert (image.modality, image.body_part, image.view, image.synthetic) == (None, None, None, False)


def test_text_that_is_no_code_string_is_not_passed_on():
    assert read_image(image_bytes(RAMP, BodyPartExamined="see <b>note</b>")).body_part is None


def test_pixel_values_stay_exact_with_32_bits():
    stored = np.array([[0, 1, 1 << 20, (1 << 24) - 1]], dtype=np.uint32)
    np.testing.assert_array_equal(read_image(image_bytes(stored)).values, stored)


def test_our_jpeg_2000_files_are_what_they_claim():
    """The fixture above must hand 12-bit codestreams to the decoder, else the test of signs shows nothing."""
    elements = dataset(np.zeros((64, 64), np.int16), BitsStored=12, HighBit=11)
    elements.compress(JPEG2000Lossless)
    codestream = elements.PixelData[elements.PixelData.find(b"\xff\x4f") :]
    assert get_j2k_parameters(codestream)["precision"] == 12
