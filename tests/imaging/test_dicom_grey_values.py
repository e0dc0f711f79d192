"""Grey values of a DICOM file: rescale, lookup tables and windows, with numbers worked out by hand."""

import struct
from dataclasses import replace

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.types import Window
from tests.imaging.images import image_bytes, lut

RAMP = np.arange(12, dtype=np.uint16).reshape(3, 4)


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
