"""The browser gets the image's own values, not a picture of them."""

import gzip

import numpy as np
import pytest

from meddx.imaging.drawable_image import from_drawable, to_drawable
from meddx.imaging.read_image import read_image
from meddx.types import DrawableImage, Image, Window
from tests.imaging.images import image_bytes


def grey(image: DrawableImage):
    stored = np.frombuffer(gzip.decompress(image.pixels), "<u2").reshape(image.rows, image.columns)
    return stored * image.slope + image.intercept


def image(values, **attributes) -> Image:
    values = np.asarray(values, dtype=np.float32)
    return Image(values=values, format="DICOM", bits_stored=16, value_range=(-32768, 32767), **attributes)


@pytest.mark.parametrize(
    "values",
    [[[0, 1, 65535]], [[-1024, 0, 3071]], [[-32768, 32767]], [[5, 5]], [[40000, 100000]]],
    ids=["unsigned", "signed", "full", "constant", "beyond 16 bits"],
)
def test_whole_numbers_are_exact(values):
    drawn = to_drawable(image(values))
    assert drawn.slope == 1
    np.testing.assert_array_equal(grey(drawn), values)


def test_the_slope_of_the_file_is_found():
    stored = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    data = image_bytes(stored, BitsStored=12, RescaleSlope="0.29304", RescaleIntercept="-3.5")
    drawn = to_drawable(read_image(data))
    assert drawn.slope == pytest.approx(0.29304)
    recovered = gzip.decompress(drawn.pixels)
    np.testing.assert_array_equal(np.frombuffer(recovered, "<u2").reshape(64, 64), stored)
    np.testing.assert_allclose(grey(drawn), stored * 0.29304 - 3.5, rtol=1e-6)


@pytest.mark.parametrize("span", [1e-6, 0.5, 3e5])
def test_other_values_are_within_half_a_step(span):
    values = np.random.default_rng(2).random((50, 50)) * span
    drawn = to_drawable(image(values))
    assert np.abs(grey(drawn) - values.astype(np.float32)).max() <= span / 65535 * 0.51


@pytest.mark.parametrize(("noise", "largest"), [(0, 0.01), (4096, 1.01)], ids=["flat", "noise"])
def test_what_compression_saves_much_of_is_compressed_and_the_rest_is_not(noise, largest):
    values = np.random.default_rng(1).integers(0, noise + 1, (200, 300))
    drawn = to_drawable(image(values))
    np.testing.assert_array_equal(grey(drawn), values)
    assert largest - 0.02 < len(drawn.pixels) / (2 * values.size) < largest


def test_colour():
    colour = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    drawn = to_drawable(Image(values=colour, format="PNG", bits_stored=8, value_range=(0, 255)))
    assert (drawn.rows, drawn.columns, drawn.channels, drawn.window) == (2, 4, 3, None)
    assert gzip.decompress(drawn.pixels) == colour.tobytes()


def test_a_grey_image_always_has_a_window():
    assert to_drawable(image([[-100, 300]])).window == Window(100, 400, "LINEAR_EXACT")
    assert to_drawable(image([[-100, 300]], window=Window(1, 2))).window == Window(1, 2)


@pytest.mark.parametrize(
    "values", [[[-1024, 0, 3071], [5, 6, 7]], [[0.5, 0.25, 3], [1, 2, 3]]], ids=["whole", "fractions"]
)
def test_an_image_comes_back_from_what_is_drawn(values):
    given = image(values, window=Window(40, 400), inverted=True, pixel_aspect=1.5, modality="CT")
    back = from_drawable(to_drawable(given))
    np.testing.assert_allclose(back.values, given.values, atol=3e-5)
    assert (back.window, back.inverted, back.pixel_aspect, back.modality) == (Window(40, 400), True, 1.5, "CT")
    np.testing.assert_allclose(from_drawable(to_drawable(given), 2).values, given.values[::2, ::2], atol=3e-5)


def test_a_colour_image_comes_back_exactly():
    pixels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    given = Image(values=pixels, format="PNG", bits_stored=8, value_range=(0, 255))
    np.testing.assert_array_equal(from_drawable(to_drawable(given)).values, pixels)
