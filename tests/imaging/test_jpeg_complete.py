"""Lossless JPEG and JPEG-LS: cut images, colours, depths, and what stands before an end marker."""

import jpeg_ls
import numpy as np
import pytest
from openjpeg.utils import encode_array
from pydicom import uid
from pydicom.encaps import get_frame

from meddx.errors import Refused
from meddx.imaging.jpeg_complete import ends_evenly
from meddx.imaging.jpeg_structure import jpeg_structure
from meddx.imaging.read_image import read_image
from tests.imaging.images import dataset, written
from tests.imaging.jpeg_encoder import END, adobe, in_dicom, lossless_jpeg, lossy_jpeg

ROW, COLUMN = np.mgrid[:48, :64]
RAMP = (ROW * 40 + COLUMN * 20 + np.random.default_rng(3).integers(0, 50, ROW.shape)).astype(np.uint16)
COLOUR = np.stack([ROW * 5, COLUMN * 3, 255 - ROW * 4], axis=-1).astype(np.uint8)
LOSSLESS = (uid.JPEGLossless, uid.JPEGLosslessSV1)


def rule(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read_image(data)
    return refusal.value.rule


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_lossless_jpeg_keeps_every_value(syntax):
    image = read_image(in_dicom(lossless_jpeg(RAMP, 12), syntax, RAMP, BitsStored=12))
    np.testing.assert_array_equal(image.values, RAMP)


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("markers", [b"", adobe(0), adobe(1)], ids=["none", "adobe rgb", "adobe ycbcr"])
def test_lossless_colour_is_as_the_file_says(planar, markers):
    """Nothing is converted on the way into a lossless JPEG, whatever a marker claims."""
    codestream = lossless_jpeg(COLOUR, 8, markers)
    data = in_dicom(codestream, uid.JPEGLosslessSV1, COLOUR, PlanarConfiguration=planar)
    np.testing.assert_array_equal(read_image(data).values, COLOUR)


@pytest.mark.parametrize("syntax", [uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.RLELossless])
@pytest.mark.parametrize("planar", [0, 1])
def test_planar_configuration_is_for_native_data_alone(syntax, planar):
    elements = dataset(COLOUR)
    elements.compress(syntax)
    elements.PlanarConfiguration = planar
    np.testing.assert_array_equal(read_image(written(elements)).values, COLOUR)


@pytest.mark.parametrize("flat", [False, True])
def test_lossless_jpeg_cut_and_closed_by_an_end_marker(flat):
    pixels = RAMP.copy()
    if flat:
        pixels[:24] = 7
    codestream = lossless_jpeg(pixels, 12)
    parsed = jpeg_structure(codestream)
    assert parsed is not None
    (scan,) = parsed.scans
    for cut in (scan.start + 1, (scan.start + scan.end) // 2, scan.end - 30, scan.end - 4):
        data = in_dicom(codestream[:cut] + END, uid.JPEGLosslessSV1, pixels, BitsStored=12)
        assert rule(data) == "truncated"


def test_a_whole_lossless_image_that_ends_evenly():
    for value in (0, 9):
        pixels = RAMP.copy()
        pixels[20:] = value
        assert ends_evenly(pixels, lossless=True)
        image = read_image(in_dicom(lossless_jpeg(pixels, 12), uid.JPEGLosslessSV1, pixels, BitsStored=12))
        np.testing.assert_array_equal(image.values, pixels)


def test_what_a_jpeg_is_its_codestream_says():
    image = read_image(in_dicom(lossless_jpeg(RAMP, 12), uid.JPEGBaseline8Bit, RAMP, BitsStored=12))
    np.testing.assert_array_equal(image.values, RAMP)
    grey = np.ascontiguousarray(COLOUR[..., 0])
    image = read_image(in_dicom(lossy_jpeg(grey), uid.JPEGLosslessSV1, grey))
    assert np.abs(image.values - grey).max() <= 8


SIGNED = (RAMP.astype(np.int16) - 2048) & 0xFFF
"""12 bits in two's complement, not extended to 16."""


def jls(pixels) -> bytes:
    return bytes(jpeg_ls.encode(np.ascontiguousarray(pixels)))


def j2k(pixels) -> bytes:
    return bytes(encode_array(np.ascontiguousarray(pixels), bits_stored=16, photometric_interpretation=2))


@pytest.mark.parametrize(
    ("encode", "syntax"),
    [
        (jls, uid.JPEGLSLossless),
        (j2k, uid.JPEG2000Lossless),
        (lambda pixels: lossless_jpeg(pixels, 16), uid.JPEGLosslessSV1),
    ],
    ids=["JPEG-LS", "JPEG 2000", "lossless JPEG"],
)
def test_codestreams_wider_than_bits_stored(encode, syntax):
    """PS3.5 8.1.1: the bits above High Bit may hold anything."""
    overlay = in_dicom(encode(RAMP | np.uint16(0x8000)), syntax, RAMP, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(read_image(overlay).values, RAMP)
    top = in_dicom(encode(RAMP << np.uint16(4)), syntax, RAMP, BitsStored=12, HighBit=15)
    np.testing.assert_array_equal(read_image(top).values, RAMP)
    signed = in_dicom(encode(SIGNED.astype(np.uint16)), syntax, SIGNED, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(read_image(signed).values, RAMP.astype(int) - 2048)


def test_lossy_values_beyond_bits_stored_do_not_wrap_around():
    """Near-lossless JPEG-LS may turn 4095 into 4098; that is white and not black."""
    pixels = RAMP.copy()
    pixels[10:20] = 4098
    data = in_dicom(jls(pixels), uid.JPEGLSNearLossless, pixels, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(read_image(data).values, np.minimum(pixels, 4095))


@pytest.mark.parametrize("zeros", [1, 2, 3])
def test_zero_bytes_before_the_end_marker_of_jpeg_ls(zeros):
    codestream = jls(RAMP)
    padded = codestream[:-2] + bytes(zeros) + END
    image = read_image(in_dicom(padded, uid.JPEGLSLossless, RAMP))
    np.testing.assert_array_equal(image.values, RAMP)


def test_jpeg_ls_without_its_end_is_refused_at_once():
    """CharLS counts zero bits to 2^31 on some of these, ten seconds and more."""
    codestream = jls(RAMP)
    for end in range(60, len(codestream) - 2, 90):
        assert rule(in_dicom(codestream[:end], uid.JPEGLSLossless, RAMP)) == "truncated"
        assert rule(in_dicom(codestream[:end] + END, uid.JPEGLSLossless, RAMP)) == "cannot-be-decoded"


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEG2000Lossless])
def test_other_codecs_cut(syntax):
    elements = dataset(RAMP)
    elements.compress(syntax)
    codestream = get_frame(elements.PixelData, 0, number_of_frames=1)
    for part in (0.3, 0.6, 0.9, 0.99):
        cut = codestream[: int(len(codestream) * part)]
        for tail in (b"", END):
            assert rule(in_dicom(cut + tail, syntax, RAMP)) in ("truncated", "cannot-be-decoded")
