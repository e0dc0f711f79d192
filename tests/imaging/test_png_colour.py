"""What a PNG says of its brightness and colours: right values from the PNG specification's formulas, by hand."""

import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from meddx.imaging.read_image import read_image
from tests.imaging.test_raster import grey_profile, png, saved

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
COLOUR = np.random.default_rng(4).integers(0, 256, (9, 7, 3)).astype(np.uint8)
LINEAR = b"gAMA" + struct.pack(">I", 100_000)
DISPLAYED = b"gAMA" + struct.pack(">I", 45_455)
SRGB = b"sRGB\0"
ADOBE_RGB = b"cHRM" + struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
SRGB_PRIMARIES = b"cHRM" + struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def stating(data: bytes, *statements: bytes, before: bytes = b"IDAT") -> bytes:
    """The PNG with these chunks (kind and content) in front of the chunk `before`."""
    start = data.index(before) - 4
    made = b"".join(struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in statements)
    return data[:start] + made + data[start:]


def of(values, *statements: bytes):
    return read_image(stating(saved(PIL.Image.fromarray(values)), *statements))


def test_linear_light_is_encoded_for_the_display():
    """gAMA 1.0 means samples proportional to light: half of the light is sample 186 of 255, (1 / 2) ** (1 / 2.2)."""
    image = of(RAMP, LINEAR)
    assert image.values.ravel()[[0, 128, 255]].tolist() == [0, 186, 255]
    np.testing.assert_allclose(image.values, 255 * (RAMP / 255) ** (1 / 2.2), atol=0.5)
    assert len(image.notes) == 1


def test_sixteen_bits_keep_their_steps():
    deep = np.array([[0, 1, 2, 3, 655, 32768, 65535]], dtype=np.uint16)
    image = of(deep, LINEAR)
    np.testing.assert_allclose(image.values, 65535 * (deep / 65535) ** (1 / 2.2), atol=0.5)
    assert len(np.unique(image.values)) == deep.size


def test_colours():
    image = of(COLOUR, LINEAR)
    np.testing.assert_allclose(image.values, 255 * (COLOUR / 255) ** (1 / 2.2), atol=0.5)
    assert len(image.notes) == 1


@pytest.mark.parametrize(
    "statements",
    [(DISPLAYED,), (SRGB,), (SRGB, LINEAR), (LINEAR, SRGB), (DISPLAYED, SRGB_PRIMARIES), (b"gAMA\0\0\0\0",),
     (b"cICP\1\x0d\0\1", LINEAR)],
)  # fmt: skip
def test_samples_that_are_meant_for_the_display_stay(statements):
    """By PNG 4.3 sRGB and cICP win over gAMA, wherever they stand; an exponent of 1 changes nothing."""
    for values in (RAMP, COLOUR):
        image = of(values, *statements)
        np.testing.assert_array_equal(image.values, values)
        assert image.notes == ()


def test_a_profile_wins_over_the_exponent():
    profile = grey_profile(1.0)
    plain = saved(PIL.Image.fromarray(RAMP), icc_profile=profile)
    np.testing.assert_array_equal(read_image(stating(plain, DISPLAYED)).values, read_image(plain).values)


def test_after_the_pixels_a_statement_does_not_count():
    image = read_image(stating(saved(PIL.Image.fromarray(RAMP)), LINEAR, before=b"IEND"))
    np.testing.assert_array_equal(image.values, RAMP)


@pytest.mark.parametrize("statement", [ADOBE_RGB, b"cICP\x09\x10\0\1"])
def test_colours_that_cannot_be_converted_are_noted(statement):
    image = of(COLOUR, statement)
    np.testing.assert_array_equal(image.values, COLOUR)
    assert len(image.notes) == 1


def test_primaries_mean_nothing_to_grey():
    assert of(RAMP, ADOBE_RGB).notes == ()


@pytest.mark.parametrize("gamma", [1, 4_000_000_000])
def test_an_impossible_exponent_is_noted_and_left_out(gamma):
    image = of(RAMP, b"gAMA" + struct.pack(">I", gamma))
    np.testing.assert_array_equal(image.values, RAMP)
    assert len(image.notes) == 1


def test_transparent_pixels_set_no_contrast_under_an_exponent():
    line = b"\0" + struct.pack(">8H", 0, 0, 16384, 65535, 32768, 65535, 65535, 0)
    data = stating(png(1, 4, 16, 4, samples=line), LINEAR)
    image = read_image(data)
    low, high = 65535 * (np.array([16384, 32768]) / 65535) ** (1 / 2.2)
    assert image.window.center - image.window.width / 2 == pytest.approx(low, abs=1)
    assert image.window.center + image.window.width / 2 == pytest.approx(high, abs=1)
