"""What sets the contrast of an image that states no window: its image, and neither padding nor what is no number."""

import numpy as np
import pytest
from pydicom import uid

from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from tests.imaging.images import dataset, image_bytes, written

SIGNED = np.array([[-2000, -1990, 0, 500, 1000]], dtype=np.int16)


def shown(data: bytes) -> np.ndarray:
    return display(read_image(data))


def with_padding(elements, vr: str, value: int, limit: int | None = None) -> bytes:
    elements.add_new(0x00280120, vr, value)
    if limit is not None:
        elements.add_new(0x00280121, vr, limit)
    return written(elements)


@pytest.mark.parametrize(("vr", "value", "limit"), [("SS", -2000, -1980), ("SS", -1980, -2000), ("US", 63536, 63556)])
def test_a_padding_range_in_either_order_and_sign(vr, value, limit):
    """63536 is -2000 written without its sign."""
    data = with_padding(dataset(SIGNED), vr, value, limit)
    np.testing.assert_allclose(shown(data), [[0, 0, 0, 0.5, 1]], atol=1e-6)
    assert to_drawable(read_image(data)).window == read_image(data).window


def test_one_padding_value():
    np.testing.assert_allclose(
        shown(with_padding(dataset(SIGNED), "SS", -2000)), [[0, 0, 1990 / 2990, 2490 / 2990, 1]], atol=1e-6
    )


@pytest.mark.parametrize("syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian])
def test_padding_in_every_syntax(syntax):
    elements = dataset(SIGNED if syntax.is_little_endian else SIGNED.astype(">i2"))
    elements.PixelRepresentation = 1
    elements.file_meta.TransferSyntaxUID = syntax
    np.testing.assert_allclose(shown(with_padding(elements, "SS", -2000, -1980)), [[0, 0, 0, 0.5, 1]], atol=1e-6)


def test_padding_without_its_sign_in_12_bits():
    stored = np.array([[0x830, 0x830, 100, 1100]], dtype=np.uint16).view(np.int16)
    data = with_padding(dataset(stored, BitsStored=12, HighBit=11), "US", 0x830)
    np.testing.assert_allclose(shown(data), [[0, 0, 0, 1]], atol=1e-6)


def test_padding_is_of_stored_values_and_not_of_rescaled_ones():
    data = with_padding(dataset(SIGNED, RescaleSlope="2", RescaleIntercept="-5"), "SS", -2000, -1980)
    np.testing.assert_allclose(shown(data), [[0, 0, 0, 0.5, 1]], atol=1e-6)


def test_padding_under_monochrome1_is_at_the_white_end_and_shown_black():
    stored = np.array([[4095, 4090, 1000, 2000]], dtype=np.uint16)
    elements = dataset(stored, BitsStored=12, PhotometricInterpretation="MONOCHROME1")
    np.testing.assert_allclose(shown(with_padding(elements, "US", 4095, 4085)), [[0, 0, 1, 0]], atol=1e-6)


def test_a_window_wins_over_padding():
    data = with_padding(dataset(SIGNED, WindowCenter=0, WindowWidth=4001), "SS", -2000)
    # C.11.2.1.2.1: (x + 0.5) / 4000 + 0.5
    np.testing.assert_allclose(shown(data), [[0.000125, 0.002625, 0.500125, 0.625125, 0.750125]], atol=1e-6)


@pytest.mark.parametrize("value", [7, 0])
def test_nothing_but_padding_and_no_padding(value):
    np.testing.assert_array_equal(shown(image_bytes(np.full((2, 2), 7, np.uint16), PixelPaddingValue=value)), 0)
    stored = np.array([[100, 200, 300]], dtype=np.uint16)
    np.testing.assert_allclose(shown(image_bytes(stored, PixelPaddingValue=value)), [[0, 0.5, 1]], atol=1e-6)
    np.testing.assert_allclose(shown(image_bytes(stored, PixelPaddingValue=None)), [[0, 0.5, 1]], atol=1e-6)


def of_floats(values, keyword: str = "FloatPixelData", **attributes) -> bytes:
    dtype = np.float32 if keyword == "FloatPixelData" else np.float64
    elements = dataset(np.zeros(np.shape(values), np.uint16), BitsAllocated=8 * dtype().itemsize)
    for name in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        delattr(elements, name)
    setattr(elements, keyword, np.asarray(values, dtype).tobytes())
    for name, value in attributes.items():
        setattr(elements, name, value)
    return written(elements)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf, 3e38])
def test_a_pixel_that_is_no_number_sets_no_contrast(hole):
    image = read_image(of_floats([[1000, 1500, hole, 2000]]))
    np.testing.assert_allclose(display(image), [[0, 0.5, 0, 1]], atol=1e-6)
    assert len(image.notes) == 1


def test_padding_of_floats():
    data = of_floats([[-1e30, 1000, 1500, 2000]], FloatPixelPaddingValue=float(np.float32(-1e30)))
    np.testing.assert_allclose(shown(data), [[0, 0, 0.5, 1]], atol=1e-6)
    data = of_floats(
        [[-1e9, -1e8, 1000, 1500, 2000]],
        "DoubleFloatPixelData",
        DoubleFloatPixelPaddingValue=-1e9,
        DoubleFloatPixelPaddingRangeLimit=-1e8,
    )
    np.testing.assert_allclose(shown(data), [[0, 0, 0, 0.5, 1]], atol=1e-6)


def test_doubles_beyond_float32():
    image = read_image(of_floats([[1e300, 0, 1]], "DoubleFloatPixelData"))
    np.testing.assert_allclose(display(image), [[0, 0, 1]], atol=1e-6)
    assert len(image.notes) == 1
