import io

import numpy as np
import PIL.Image
import pytest

from meddx.imaging.thumbnail import thumbnail_jpeg
from meddx.types import Image, Window


def halves(left, right, **changes):
    """An image of 40 x 60 pixels, one value on either side."""
    values = np.repeat([[left] * 30 + [right] * 30], 40, axis=0).astype(np.float32)
    return Image(**{"values": values, "format": "PNG", "bits_stored": 16, "value_range": (0, 65535)} | changes)


def pixels(jpeg):
    return np.asarray(PIL.Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def test_the_image_is_in_its_window_and_inverted_where_it_says_so():
    for inverted, expected in ((False, (64, 255)), (True, (191, 0))):
        image = halves(50, 300, inverted=inverted, window=Window(100, 200, "LINEAR"))
        shown = pixels(thumbnail_jpeg(image, 360))
        np.testing.assert_allclose([shown[20, 10, 0], shown[20, 50, 0]], expected, atol=3)


def test_without_a_window_the_range_is_that_of_the_whole_image_also_of_pixels_left_out():
    values = np.full((400, 400), 100, np.float32)
    values[1, 1], values[3, 3] = 0, 200  # between the rows and columns that a small picture takes
    image = halves(0, 0, values=values)
    assert pixels(thumbnail_jpeg(image, 20))[10, 10, 0] == pytest.approx(128, abs=3)


def test_an_image_larger_than_the_side_is_made_smaller_and_tall_pixels_keep_its_shape():
    assert pixels(thumbnail_jpeg(halves(0, 200), 30)).shape == (20, 30, 3)
    assert pixels(thumbnail_jpeg(halves(0, 200, pixel_aspect=3.0), 60)).shape == (60, 30, 3)
    assert pixels(thumbnail_jpeg(halves(0, 200), 360)).shape == (40, 60, 3)


def test_a_colour_image_keeps_its_colour():
    red = np.full((2, 3, 3), (200, 20, 20), np.uint8)
    np.testing.assert_allclose(pixels(thumbnail_jpeg(halves(0, 0, values=red), 360))[1, 1], (200, 20, 20), atol=6)
