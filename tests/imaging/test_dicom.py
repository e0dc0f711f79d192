"""What a DICOM file says about its stored values, each rule with numbers worked out by hand."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageCms
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.utils import get_j2k_parameters
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.types import Window
from tests.imaging.images import dataset, image_bytes, item, lut, written

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


def test_rescale():
    image = read_image(image_bytes(RAMP, BitsStored=12, RescaleSlope="0.5", RescaleIntercept="-1024"))
    np.testing.assert_array_equal(image.values, RAMP * 0.5 - 1024)
    assert image.values.dtype == np.float32
    assert image.value_range == (-1024, 1023.5)


def test_modality_lut_clamps_at_its_ends():
    image = read_image(image_bytes(RAMP, **lut("ModalityLUTSequence", 2, 16, [100, 300, 200])))
    np.testing.assert_array_equal(image.values.ravel()[:6], [100, 100, 100, 300, 200, 200])
    assert image.value_range == (100, 300)


def test_modality_lut_of_signed_values():
    stored = np.array([[-3, -2, -1, 0]], dtype=np.int16)
    image = read_image(image_bytes(stored, **lut("ModalityLUTSequence", -2, 16, [7, 8, 9], signed=True)))
    np.testing.assert_array_equal(image.values, [[7, 7, 8, 9]])


def test_voi_lut_wins_over_the_window():
    stored = np.array([[0, 1, 2, 3, 9]], dtype=np.uint16)
    image = read_image(
        image_bytes(stored, WindowCenter=1, WindowWidth=2, **lut("VOILUTSequence", 1, 8, [255, 51, 102])),
    )
    np.testing.assert_allclose(display(image), [[1, 1, 0.2, 0.4, 0.4]], rtol=1e-6)
    assert image.window == Window(1, 2)
    # A window that the reader asks for wins over both: above 0 + 0.5 of a window one wide all is white.
    np.testing.assert_array_equal(display(image, Window(1, 1)), [[0, 1, 1, 1, 1]])


def test_voi_lut_looks_up_modality_values():
    stored = np.array([[0, 1, 2]], dtype=np.uint16)
    attributes = lut("VOILUTSequence", -10, 8, [0, 255, 51], signed=True)
    image = read_image(image_bytes(stored, RescaleSlope=1, RescaleIntercept=-10, **attributes))
    np.testing.assert_allclose(display(image), [[0, 1, 0.2]], rtol=1e-6)


def test_only_the_first_window_is_taken():
    image = read_image(image_bytes(RAMP, WindowCenter=[5, 50], WindowWidth=[4, 400], VOILUTFunction="SIGMOID"))
    assert image.window == Window(5, 4, "SIGMOID")


@pytest.mark.parametrize(("width", "function"), [("0", "LINEAR"), ("-5", "LINEAR_EXACT"), ("10", "CUBIC")])
def test_a_window_that_cannot_be_is_noted_and_left_out(width, function):
    image = read_image(image_bytes(RAMP, WindowCenter="5", WindowWidth=width, VOILUTFunction=function))
    assert image.window is None
    assert len(image.notes) == 1
    assert display(image).min() == 0
    assert display(image).max() == 1


def with_text(values: dict[int, bytes], **attributes) -> bytes:
    """An image with elements of VR DS that hold any text, even such as pydicom does not write."""
    data = image_bytes(RAMP, **attributes)
    start = data.find(b"\xe0\x7f\x10\x00")
    elements = b""
    for tag, text in values.items():
        even = text + b" " * (len(text) % 2)
        elements += struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, b"DS", len(even)) + even
    return data[:start] + elements + data[start:]


CENTER, WIDTH, INTERCEPT, SLOPE = 0x00281050, 0x00281051, 0x00281052, 0x00281053


@pytest.mark.parametrize(
    ("center", "width", "window"),
    [
        (b"6\\", b"8\\", Window(6, 8)),
        (b"\\6", b"\\8", Window(6, 8)),
        (b" 6 ", b" 8 ", Window(6, 8)),
        (b"6\\9", b"8", Window(6, 8)),
        (b"x\\6", b"0\\8", Window(6, 8)),
        (b"3\\6", b"0\\8", Window(6, 8)),
        (b"6", b"nan", None),
        (b"inf", b"8", None),
        (b"6", b"1e39", None),
        (b"1e300", b"1e308", None),
        (b"6", b"1e-40", None),
    ],
)
@pytest.mark.parametrize("function", ["LINEAR", "SIGMOID", "LINEAR_EXACT"])
def test_the_first_usable_window(center, width, window, function):
    image = read_image(with_text({CENTER: center, WIDTH: width}, VOILUTFunction=function))
    shown = display(image)
    assert np.isfinite(shown).all()
    if window:
        assert image.window == replace(window, function=function)
        assert image.notes == ()
    else:
        assert len(image.notes) == 1
        np.testing.assert_allclose(shown, RAMP / 11, atol=1e-6)


@pytest.mark.parametrize(
    ("slope", "intercept"),
    [
        (b"1e300", b"0"),
        (b"1e-300", b"0"),
        (b"1e-40", b"0"),
        (b"1", b"1e20"),
        (b"1", b"-1e300"),
        (b"1e38", b"0"),
    ],
)
def test_a_rescaling_that_float32_cannot_hold_is_refused(slope, intercept):
    with pytest.raises(Refused, match="Rescale Slope") as refusal:
        read_image(with_text({INTERCEPT: intercept, SLOPE: slope}))
    assert refusal.value.rule == "unsupported-image"


@pytest.mark.parametrize(
    ("slope", "intercept"), [(b"1e30", b"0"), (b"0.0001", b"-1024"), (b"-1", b"4095"), (b"1e-30", b"0")]
)
def test_an_unusual_rescaling_that_it_can(slope, intercept):
    image = read_image(with_text({INTERCEPT: intercept, SLOPE: slope}))
    wanted = RAMP / 11 if float(slope) > 0 else 1 - RAMP / 11
    np.testing.assert_allclose(display(image), wanted, atol=0.06)
    assert image.notes == ()


@pytest.mark.parametrize(("slope", "intercept"), [(b"0", b"5"), (b"nan", b"5"), (b"two", b"5"), (b"2", b"inf")])
def test_a_rescaling_that_is_none_is_noted_and_left_out(slope, intercept):
    image = read_image(with_text({INTERCEPT: intercept, SLOPE: slope}))
    np.testing.assert_array_equal(image.values, RAMP)
    assert len(image.notes) == 1


def test_a_rescaling_with_a_trailing_backslash():
    image = read_image(with_text({INTERCEPT: b"3\\", SLOPE: b"2\\"}))
    np.testing.assert_array_equal(image.values, RAMP * 2.0 + 3)


@pytest.mark.parametrize("value", [0, 7, 65535])
def test_a_constant_image_is_black(value):
    shown = display(read_image(image_bytes(np.full((2, 2), value, np.uint16))))
    np.testing.assert_array_equal(shown, 0)
    image = read_image(image_bytes(np.full((2, 2), value, np.uint16), PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_array_equal(display(image), 1)


def test_monochrome1_is_inverted_once():
    plain = read_image(image_bytes(RAMP, WindowCenter=6, WindowWidth=8))
    image = read_image(image_bytes(RAMP, WindowCenter=6, WindowWidth=8, PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_array_equal(image.values, RAMP)
    np.testing.assert_allclose(display(image), 1 - display(plain), atol=1e-6)


def test_planar_configuration():
    colour = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    planes = np.ascontiguousarray(colour.transpose(2, 0, 1)).tobytes()
    image = read_image(image_bytes(colour, PlanarConfiguration=1, PixelData=planes))
    np.testing.assert_array_equal(image.values, colour)
    assert image.values.dtype == np.uint8


def test_colour_of_16_bits_to_8():
    colour = np.array([[[0, 65535, 257]]], dtype=np.uint16)
    np.testing.assert_array_equal(read_image(image_bytes(colour)).values, [[[0, 255, 1]]])


def test_ybr_full():
    # PS3.3 C.7.6.3.1.2 inverted, with cb = Cb - 128 and cr = Cr - 128:
    # R = Y + 1.402 cr, G = Y - 0.3441 cb - 0.7141 cr, B = Y + 1.772 cb
    ybr = np.array([[[100, 128, 128], [100, 138, 128], [100, 128, 138]]], dtype=np.uint8)
    image = read_image(image_bytes(ybr, PhotometricInterpretation="YBR_FULL"))
    np.testing.assert_array_equal(image.values, [[[100, 100, 100], [100, 97, 118], [114, 93, 100]]])


def test_a_colour_profile_is_applied():
    colour = np.array([[[255, 0, 0], [0, 255, 0], [128, 128, 128]]], dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = read_image(image_bytes(colour, ICCProfile=profile))
    assert np.abs(image.values.astype(int) - colour).max() <= 1
    swapped = profile.replace(b"gXYZ", b"?XYZ").replace(b"bXYZ", b"gXYZ").replace(b"?XYZ", b"bXYZ")
    image = read_image(image_bytes(colour, ICCProfile=swapped))
    assert np.abs(image.values[0, 1].astype(int) - [0, 0, 255]).max() <= 2
    image = read_image(image_bytes(colour, ICCProfile=b"no profile"))
    np.testing.assert_array_equal(image.values, colour)
    assert len(image.notes) == 1


def palette(first: int, red, green, blue, bits: int = 16) -> dict:
    dtype = "<u2" if bits == 16 else "u1"
    attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name, table in (("Red", red), ("Green", green), ("Blue", blue)):
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [len(table), first, bits]
        attributes[f"{name}PaletteColorLookupTableData"] = np.array(table, dtype=dtype).tobytes()
    return attributes


def test_palette_of_16_bits():
    stored = np.array([[0, 10, 11, 12, 200]], dtype=np.uint8)
    image = read_image(image_bytes(stored, **palette(10, [0xFF00, 0, 0x1200], [0, 0xFF00, 0], [0, 0, 0xFFFF])))
    np.testing.assert_array_equal(image.values, [[[255, 0, 0], [255, 0, 0], [0, 255, 0], [18, 0, 255], [18, 0, 255]]])


def test_palette_of_8_bits():
    stored = np.array([[0, 1]], dtype=np.uint8)
    image = read_image(image_bytes(stored, **palette(0, [1, 2], [3, 4], [5, 6], bits=8)))
    np.testing.assert_array_equal(image.values, [[[1, 3, 5], [2, 4, 6]]])


def test_segmented_palette():
    # C.7.9.2: discrete segment of 2 entries (0, 0x0A00), then a linear one of 4 that ends at 0x1200: steps of 0x0200.
    segments = np.array([0, 2, 0, 0x0A00, 1, 4, 0x1200], dtype="<u2").tobytes()
    attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name in ("Red", "Green", "Blue"):
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [6, 0, 16]
        attributes[f"Segmented{name}PaletteColorLookupTableData"] = segments
    image = read_image(image_bytes(np.arange(6, dtype=np.uint8).reshape(1, 6), **attributes))
    np.testing.assert_array_equal(image.values[0, :, 0], [0, 10, 12, 14, 16, 18])


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


def test_frame_by_index():
    frames = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
    data = image_bytes(frames[0], NumberOfFrames=2, PixelData=frames.tobytes())
    for index in range(2):
        image = read_image(data, index)
        np.testing.assert_array_equal(image.values, frames[index])
        assert (image.frame, image.frames) == (index, 2)
    for index in (-1, 2):
        with pytest.raises(Refused) as refusal:
            read_image(data, index)
        assert refusal.value.rule == "frame-out-of-range"


def test_functional_groups_of_the_frame_win_over_the_shared_ones():
    frames = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
    groups = []
    for intercept in (10, 20):
        group = Dataset()
        group.PixelValueTransformationSequence = item(RescaleSlope=2, RescaleIntercept=intercept, RescaleType="US")
        groups.append(group)
    shared = Dataset()
    shared.FrameVOILUTSequence = item(WindowCenter=7, WindowWidth=8)
    shared.PixelMeasuresSequence = item(PixelSpacing=[0.6, 0.2])
    image = read_image(
        image_bytes(
            frames[0],
            NumberOfFrames=2,
            PixelData=frames.tobytes(),
            PerFrameFunctionalGroupsSequence=Sequence(groups),
            SharedFunctionalGroupsSequence=Sequence([shared]),
            WindowCenter=99,
            WindowWidth=99,
        ),
        frame=1,
    )
    np.testing.assert_array_equal(image.values, frames[1] * 2.0 + 20)
    assert image.window == Window(7, 8)
    assert image.pixel_aspect == pytest.approx(3)


def test_each_frame_has_its_own_window():
    frames = np.array([[[0, 250, 1000]], [[0, 500, 1000]]], dtype=np.uint16)
    groups = []
    for center, width in ((250, 500), (500, 1000)):
        group = Dataset()
        group.FrameVOILUTSequence = item(WindowCenter=center, WindowWidth=width, VOILUTFunction="LINEAR_EXACT")
        groups.append(group)
    data = image_bytes(
        frames[0],
        NumberOfFrames=2,
        PixelData=frames.tobytes(),
        PerFrameFunctionalGroupsSequence=Sequence(groups),
    )
    np.testing.assert_allclose(display(read_image(data, 0)), [[0, 0.5, 1]], atol=1e-6)
    np.testing.assert_allclose(display(read_image(data, 1)), [[0, 0.5, 1]], atol=1e-6)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_compression_keeps_every_value(syntax, signed):
    rng = np.random.default_rng(7)
    low, high = (-2048, 2048) if signed else (0, 4096)
    stored = rng.integers(low, high, (65, 48)).astype(np.int16 if signed else np.uint16)
    elements = dataset(stored, BitsStored=12, HighBit=11)
    elements.compress(syntax)
    np.testing.assert_array_equal(read_image(written(elements)).values, stored)


def test_only_the_asked_frame_of_a_compressed_file_is_decoded():
    frames = np.random.default_rng(3).integers(0, 4096, (3, 16, 16)).astype(np.uint16)
    elements = dataset(frames[0], NumberOfFrames=3, PixelData=frames.tobytes())
    elements.compress(JPEGLSLossless)
    np.testing.assert_array_equal(read_image(written(elements), 2).values, frames[2])


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


@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_of_a_cine_with_one_damaged_frame_that_one_is_refused_and_the_others_are_read(damaged):
    frames = np.random.default_rng(3).integers(0, 4096, (3, 16, 16)).astype(np.uint16)
    elements = dataset(frames[0], NumberOfFrames=3, PixelData=frames.tobytes())
    elements.compress(RLELossless)
    encoded = [get_frame(elements.PixelData, index, number_of_frames=3) for index in range(3)]
    encoded[damaged] = b"\x99" * len(encoded[damaged])
    elements.PixelData = encapsulate(encoded)
    data = written(elements)
    for index in range(3):
        if index == damaged:
            with pytest.raises(Refused) as raised:
                read_image(data, index)
            assert (raised.value.rule, raised.value.frames) == ("cannot-be-decoded", 3)
        else:
            np.testing.assert_array_equal(read_image(data, index).values, frames[index])
