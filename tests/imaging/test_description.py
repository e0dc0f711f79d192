"""What a DICOM file says of its pixels in another way than the standard has it, and frames that it counts wrongly."""

import struct

import numpy as np
import pytest
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from meddx.errors import Refused
from meddx.imaging.deidentification.deidentify import deidentify
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.read_image import read_image
from meddx.types import Window
from tests.imaging.images import dataset, image_bytes, written

GREY = np.random.default_rng(1).integers(0, 4096, (8, 6)).astype(np.uint16)
COLOUR = np.random.default_rng(2).integers(0, 256, (8, 6, 3)).astype(np.uint8)
CINE = np.random.default_rng(3).integers(0, 4096, (3, 8, 6)).astype(np.uint16)
FRAME_BYTES = CINE[0].nbytes
TAGS = {
    "SamplesPerPixel": (0x0002, b"US"),
    "PhotometricInterpretation": (0x0004, b"CS"),
    "PlanarConfiguration": (0x0006, b"US"),
    "NumberOfFrames": (0x0008, b"IS"),
    "Rows": (0x0010, b"US"),
    "BitsStored": (0x0101, b"US"),
}


def restated(data: bytes, keyword: str, value: bytes | None) -> bytes:
    """The file with these bytes as the value of an attribute of group 0028, or without the attribute."""
    element, vr = TAGS[keyword]
    head = struct.pack("<HH", 0x0028, element) + vr
    start = data.index(head)
    end = start + 8 + struct.unpack_from("<H", data, start + 6)[0]
    if value is None:
        return data[:start] + data[end:]
    value += b" " * (len(value) % 2)
    return data[:start] + head + struct.pack("<H", len(value)) + value + data[end:]


def cine(**attributes) -> bytes:
    return image_bytes(CINE[0], BitsStored=12, NumberOfFrames=3, PixelData=CINE.tobytes(), **attributes)


def numbers(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def refused(data: bytes, frame: int = 0) -> Refused:
    with pytest.raises(Refused) as raised:
        read_image(data, frame)
    return raised.value


@pytest.mark.parametrize("term", [b"MONOCHROME2\0\0\0", b" MONOCHROME2 ", b"MONOCHROME2"])
def test_blanks_around_a_term_are_none_of_its_letters(term):
    image = read_image(restated(image_bytes(GREY), "PhotometricInterpretation", term))
    np.testing.assert_array_equal(image.values, GREY)
    assert image.notes == ()


@pytest.mark.parametrize(
    ("term", "inverted"),
    [
        (b"monochrome2", False),
        (b"Monochrome1\0\0\0", True),
        (b"MONOCHROME 1", True),
        (b"MONOCHROME_2", False),
        (b"MONOCHROME2\\", False),
    ],
)
def test_a_term_in_another_spelling_is_read_as_the_standard_has_it_and_noted(term, inverted):
    image = read_image(restated(image_bytes(GREY), "PhotometricInterpretation", term))
    np.testing.assert_array_equal(image.values, GREY)
    assert image.inverted is inverted
    assert len(image.notes) == 1


def test_colour_in_lower_case():
    image = read_image(restated(image_bytes(COLOUR), "PhotometricInterpretation", b"rgb"))
    np.testing.assert_array_equal(image.values, COLOUR)
    assert len(image.notes) == 1


@pytest.mark.parametrize("term", [None, b"", b"\0\0"])
def test_without_a_term_black_and_white_may_be_exchanged(term):
    reason = refused(restated(image_bytes(GREY), "PhotometricInterpretation", term))
    assert reason.rule == "unsupported-image"


@pytest.mark.parametrize("term", [b"GRAYSCALE", b"MONOCHROME", b"HSV", b"Zebedee^Quartz"])
def test_an_unknown_term_is_refused_without_being_repeated(term):
    found = refused(restated(image_bytes(GREY), "PhotometricInterpretation", term))
    assert found.rule == "unsupported-image"
    assert term.decode() not in found.reason.replace("MONOCHROME1", "").replace("MONOCHROME2", "")


@pytest.mark.parametrize("stated", [b"-1", b"one", b"1.5", b"99999999999999", b"-", b"1\\2"])
def test_one_frame_whose_number_is_no_number(stated):
    image = read_image(restated(image_bytes(GREY, NumberOfFrames=1), "NumberOfFrames", stated))
    np.testing.assert_array_equal(image.values, GREY)
    assert image.frames == 1
    assert len(image.notes) == 1


@pytest.mark.parametrize("stated", [b"", b" ", b"0", b"\0\0", b"1\\1", b"1.0", b"+1"])
def test_one_frame_whose_number_needs_no_word(stated):
    image = read_image(restated(image_bytes(GREY, NumberOfFrames=1), "NumberOfFrames", stated))
    np.testing.assert_array_equal(image.values, GREY)
    assert (image.frames, image.notes) == (1, ())


@pytest.mark.parametrize("stated", [b"-3", b"", b"0", b"three"])
def test_frames_are_counted_where_the_file_does_not_say_how_many(stated):
    data = restated(cine(), "NumberOfFrames", stated)
    for frame in range(3):
        image = read_image(data, frame)
        np.testing.assert_array_equal(image.values, CINE[frame])
        assert image.frames == 3
        assert len(image.notes) == 1
    assert refused(data, 3).rule == "frame-out-of-range"


def test_more_frames_than_stated_are_left_out_and_said_so():
    data = restated(cine(), "NumberOfFrames", b"2")
    image = read_image(data, 1)
    np.testing.assert_array_equal(image.values, CINE[1])
    assert (image.frames, len(image.notes)) == (2, 1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 5)])
def test_a_byte_of_padding_is_no_frame(shape):
    assert read_image(image_bytes(np.zeros(shape, np.uint8), PixelData=bytes(shape[0] * shape[1] + 1))).notes == ()


@pytest.mark.parametrize("whole", [0, 1, 2])
def test_of_native_frames_only_the_one_that_is_cut_is_refused(whole):
    data = cine()
    start = data.rindex(b"\xe0\x7f\x10\0") + 12
    cut = data[: start + whole * FRAME_BYTES + FRAME_BYTES // 2]
    for frame in range(whole):
        image = read_image(cut, frame)
        np.testing.assert_array_equal(image.values, CINE[frame])
        assert image.frames == whole + 1
        assert len(image.notes) == (0 if whole == 2 else 1)  # the cut one is the last that the file states, or not
    assert (refused(cut, whole).rule, refused(cut, whole).frames) == ("truncated", whole + 1)


def test_of_subsampled_frames_only_the_one_that_is_cut_is_refused():
    """Y1 Y2 CB CR for two pixels, PS3.3 C.7.6.3.1.2: two bytes a pixel, not three."""
    pixels = np.full((3, 8, 3, 4), 128, np.uint8)
    pixels[..., :2] = np.array([50, 100, 150], np.uint8)[:, None, None, None]
    cut = image_bytes(
        COLOUR, PhotometricInterpretation="YBR_FULL_422", NumberOfFrames=3, PixelData=pixels.tobytes()[:-10]
    )
    for frame, grey in enumerate((50, 100)):
        np.testing.assert_array_equal(read_image(cut, frame).values, grey)
    assert refused(cut, 2).rule == "truncated"


def test_of_deflated_frames_only_the_one_that_is_cut_is_refused():
    elements = dataset(CINE[0], BitsStored=12, NumberOfFrames=3, PixelData=CINE.tobytes())
    elements.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    cut = written(elements)[: -FRAME_BYTES // 2]
    for frame in range(2):
        np.testing.assert_array_equal(read_image(cut, frame).values, CINE[frame])
    assert refused(cut, 2).rule == "truncated"


def test_a_number_of_frames_that_compressed_data_cannot_hold():
    """So that nobody waits for two thousand million refusals."""
    elements = dataset(CINE[0], NumberOfFrames=3, PixelData=CINE.tobytes())
    elements.compress(RLELossless)
    encoded = [get_frame(elements.PixelData, frame, number_of_frames=3) for frame in range(3)]
    elements.PixelData = encapsulate(encoded)
    elements.NumberOfFrames = (1 << 31) - 1
    image = read_image(written(elements), 2)
    np.testing.assert_array_equal(image.values, CINE[2])
    assert (image.frames, len(image.notes)) == (3, 1)


@pytest.mark.parametrize(
    ("keyword", "value", "noted"),
    [
        ("SamplesPerPixel", None, 1),
        ("SamplesPerPixel", b"", 1),
        ("SamplesPerPixel", numbers(1, 1), 0),
        ("Rows", numbers(8, 8), 0),
        ("BitsStored", None, 1),
        ("BitsStored", b"", 1),
    ],
)
def test_a_number_that_the_others_imply(keyword, value, noted):
    image = read_image(restated(image_bytes(GREY, BitsStored=12), keyword, value))
    np.testing.assert_array_equal(image.values, GREY)
    assert image.bits_stored == 12
    assert len(image.notes) == noted


@pytest.mark.parametrize("value", [None, b""])
def test_colours_are_taken_as_pixel_by_pixel_where_the_file_does_not_say(value):
    image = read_image(restated(image_bytes(COLOUR), "PlanarConfiguration", value))
    np.testing.assert_array_equal(image.values, COLOUR)
    assert len(image.notes) == 1


def test_rows_that_contradict_each_other_are_refused():
    assert refused(restated(image_bytes(GREY), "Rows", numbers(8, 6))).rule == "cannot-be-decoded"


def test_other_terms_with_blanks_and_in_lower_case():
    image = read_image(
        image_bytes(
            GREY, Modality="dx\0\0", BodyPartExamined=["Chest", ""], ViewPosition=" pa", BurnedInAnnotation="yes",
            LossyImageCompression="1", WindowCenter=5, WindowWidth=9, VOILUTFunction="linear_exact\0\0",
        )
    )  # fmt: skip
    assert (image.modality, image.body_part, image.view) == ("DX", "CHEST", "PA")
    assert image.window == Window(5, 9, "LINEAR_EXACT")
    assert len(image.notes) == 2


def test_a_file_is_deidentified_as_it_is_read():
    data = restated(restated(cine(), "NumberOfFrames", b"-3"), "PhotometricInterpretation", b"monochrome1")
    made = deidentify(data, Options(burned_in="keep"), Pseudonyms(b"k" * 32))
    for frame in range(3):
        image = read_image(made.data, frame)
        np.testing.assert_array_equal(image.values, CINE[frame])
        assert (image.frames, image.inverted) == (3, True)
