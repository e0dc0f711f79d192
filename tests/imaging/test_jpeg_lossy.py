"""JPEG of 8 bits, in DICOM and alone: colours converted once, and no image shown whole that is not."""

import numpy as np
import pytest
from pydicom import uid

from meddx.errors import Refused
from meddx.imaging.jpeg_lossy import RGB_COLOUR_SPACE, YCBCR, color_transform
from meddx.imaging.jpeg_structure import JpegStructure, jpeg_structure
from meddx.imaging.read_image import read_image
from tests.imaging.jpeg_encoder import END, adobe, in_dicom, lossy_jpeg, without_markers

ROW, COLUMN = np.mgrid[:48, :64]
COLOUR = np.stack([ROW * 5, COLUMN * 3, 255 - ROW * 4], axis=-1).astype(np.uint8)
GREY = (ROW * 3 + COLUMN).astype(np.uint8)
SYNTAXES = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
STATED = ("RGB", "YBR_FULL", "YBR_FULL_422")

YCBCR_JPEG = lossy_jpeg(COLOUR, subsampling=0)
SUBSAMPLED = lossy_jpeg(COLOUR, subsampling=2)
RGB_JPEG = lossy_jpeg(COLOUR, keep_rgb=True, subsampling=0)


def marked(jpeg: bytes, marker: bytes) -> bytes:
    return jpeg[:2] + marker + without_markers(jpeg)[2:]


def rule(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read_image(data)
    return refusal.value.rule


@pytest.mark.parametrize("stated", STATED)
@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize(
    "codestream",
    [
        YCBCR_JPEG,
        marked(YCBCR_JPEG, adobe(1)),
        RGB_JPEG,
        marked(RGB_JPEG, adobe(0)),
        without_markers(RGB_JPEG),
        lossy_jpeg(COLOUR, subsampling=0, progressive=True),
    ],
    ids=["jfif", "adobe ycbcr", "adobe rgb", "adobe rgb alone", "ids rgb", "progressive"],
)
def test_the_codestream_decides_what_its_colours_are(codestream, stated, planar):
    data = in_dicom(
        codestream, uid.JPEGBaseline8Bit, COLOUR, PhotometricInterpretation=stated, PlanarConfiguration=planar
    )
    image = read_image(data)
    assert np.abs(image.values.astype(int) - COLOUR).max() <= 8


@pytest.mark.parametrize("stated", ["YBR_FULL", "YBR_FULL_422"])
def test_a_codestream_that_says_nothing_is_what_the_file_says(stated):
    """The components of the RGB file have identifiers 1, 2, 3 here, and no marker."""
    plain = without_markers(YCBCR_JPEG)
    image = read_image(in_dicom(plain, uid.JPEGBaseline8Bit, COLOUR, PhotometricInterpretation=stated))
    assert np.abs(image.values.astype(int) - COLOUR).max() <= 8
    numbered = without_markers(RGB_JPEG).replace(b"R\x11\0G\x11\0B\x11\0", b"\1\x11\0\2\x11\0\3\x11\0")
    numbered = numbered.replace(b"\x03R\0G\0B\0", b"\x03\1\0\2\0\3\0")
    image = read_image(in_dicom(numbered, uid.JPEGBaseline8Bit, COLOUR))
    assert np.abs(image.values.astype(int) - COLOUR).max() <= 8


def test_red_green_and_blue_are_never_subsampled():
    image = read_image(in_dicom(without_markers(SUBSAMPLED), uid.JPEGBaseline8Bit, COLOUR))
    assert np.abs(image.values.astype(int) - COLOUR).mean() <= 4


def test_a_grey_image_saved_as_colour_stays_grey():
    grey = np.dstack([GREY] * 3)
    data = in_dicom(
        marked(lossy_jpeg(grey), adobe(1)), uid.JPEGBaseline8Bit, grey, PhotometricInterpretation="YBR_FULL_422"
    )
    values = read_image(data).values.astype(int)
    assert np.abs(values - grey).max() <= 6


def structure(**changes) -> JpegStructure:
    jpeg = jpeg_structure(without_markers(YCBCR_JPEG))
    assert jpeg is not None
    return jpeg._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "stated", "transform"),
    [
        ({"jfif": True, "adobe": 0}, "RGB", YCBCR),  # as libjpeg
        ({"adobe": 2}, "RGB", YCBCR),
        ({"adobe": 0}, "YBR_FULL", RGB_COLOUR_SPACE),
        ({"sampling": {114: (1, 1), 103: (1, 1), 98: (1, 1)}}, "YBR_FULL", RGB_COLOUR_SPACE),
        ({}, "YBR_FULL", YCBCR),
        ({}, "RGB", RGB_COLOUR_SPACE),
        ({"sampling": {1: (2, 1), 2: (1, 1), 3: (1, 1)}}, "RGB", YCBCR),
    ],
)
def test_what_decides(changes, stated, transform):
    assert color_transform(structure(**changes), stated) == transform


KINDS = [{}, {"progressive": True}, {"restart_marker_rows": 1}]


@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("options", KINDS, ids=["baseline", "progressive", "restarts"])
def test_cut_and_closed_by_an_end_marker(pixels, options):
    """From no entropy-coded data at all to all but four bytes of it."""
    jpeg = lossy_jpeg(pixels, **options)
    parsed = jpeg_structure(jpeg)
    assert parsed is not None
    assert read_image(jpeg).values.shape[:2] == pixels.shape[:2]
    start, end = parsed.scans[0].start, parsed.scans[-1].end
    for cut in (start, start + 1, (start + end) // 2, end - 40, end - 10, end - 4):
        assert rule(jpeg[:cut] + END) == "truncated"
        assert rule(in_dicom(jpeg[:cut] + END, uid.JPEGBaseline8Bit, pixels)) == "truncated"


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_whole_image_whose_end_is_black(syntax):
    """Decoders fill in what is missing just so."""
    pixels = GREY.copy()
    pixels[20:] = 0
    np.testing.assert_allclose(read_image(in_dicom(lossy_jpeg(pixels), syntax, pixels)).values, pixels, atol=12)


@pytest.mark.parametrize("options", KINDS, ids=["baseline", "progressive", "restarts"])
def test_bytes_around_a_whole_image_do_no_harm(options):
    jpeg = lossy_jpeg(GREY, **options)
    wanted = read_image(jpeg).values
    for other in (jpeg[:-2], jpeg[:-2] + b"\xff\xff\xff\xd9", jpeg + b"\0\0", jpeg + jpeg):
        np.testing.assert_array_equal(read_image(other).values, wanted)


def test_a_progressive_image_that_lacks_its_last_scan():
    jpeg = lossy_jpeg(GREY, progressive=True)
    assert rule(jpeg[: jpeg.rfind(b"\xff\xda")] + END) == "truncated"


def test_many_scans_over_many_pixels_are_refused_at_once():
    jpeg = lossy_jpeg(np.zeros((3000, 3000), np.uint8), progressive=True)
    parsed = jpeg_structure(jpeg)
    assert parsed is not None
    last = parsed.scans[-1].end
    scan = jpeg[jpeg.rfind(b"\xff\xda") : last]
    assert rule(jpeg[:last] + scan * 400 + END) == "too-many-pixels"
    assert read_image(jpeg[:last] + scan * 3 + END).values.max() == 0


@pytest.mark.parametrize("filler", [b"\xff" * 5_000_000, b"\xff\xfe\0\2" * 1_000_000], ids=["fill bytes", "comments"])
def test_a_header_that_takes_long_to_read_is_refused(filler):
    jpeg = YCBCR_JPEG[:2] + filler + YCBCR_JPEG[2:]
    assert rule(jpeg) == "cannot-be-decoded"
    assert rule(in_dicom(jpeg, uid.JPEGBaseline8Bit, COLOUR)) == "cannot-be-decoded"


def test_arithmetic_coding_is_refused_by_name():
    jpeg = YCBCR_JPEG.replace(b"\xff\xc0", b"\xff\xc9")
    with pytest.raises(Refused, match="arithmetic") as refusal:
        read_image(jpeg)
    assert refusal.value.rule == "unsupported-image"
