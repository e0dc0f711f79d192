import base64
import gzip
import io

import numpy as np
import PIL.Image

from meddx.types import Window
from pages.ui.common.thumbnail import overlay_uri, thumbnail_jpeg
from tests.pages.fake import drawable, prediction


def halves(left, right, **changes):
    """An image of 40 x 60 pixels, one value on either side."""
    values = np.repeat([[left] * 30 + [right] * 30], 40, axis=0).astype("<u2")
    fields = {"pixels": gzip.compress(values.tobytes()), "rows": 40, "columns": 60}
    return drawable(**fields | {"window": Window(100, 200, "LINEAR")} | changes)


def pixels(jpeg):
    return np.asarray(PIL.Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def test_the_image_is_in_its_window_and_inverted_where_it_says_so():
    for inverted, expected in ((False, (64, 255)), (True, (191, 0))):
        shown = pixels(thumbnail_jpeg(halves(50, 300, inverted=inverted)))
        np.testing.assert_allclose([shown[20, 10, 0], shown[20, 50, 0]], expected, atol=3)


def test_an_image_larger_than_the_side_is_made_smaller_and_tall_pixels_keep_its_shape():
    assert pixels(thumbnail_jpeg(halves(0, 200), side=30)).shape == (20, 30, 3)
    assert pixels(thumbnail_jpeg(halves(0, 200, pixel_aspect=3.0), side=60)).shape == (60, 30, 3)


def test_a_colour_image_keeps_its_colour():
    red = np.full((2, 3, 3), (200, 20, 20), np.uint8)
    shown = pixels(thumbnail_jpeg(drawable(pixels=gzip.compress(red.tobytes()), channels=3, window=None)))
    np.testing.assert_allclose(shown[1, 1], (200, 20, 20), atol=6)


def test_evidence_is_drawn_only_where_it_lies():
    source = overlay_uri(halves(100, 100), prediction({"NODULE": 0.9}, peak=1.0), "NODULE")
    shown = pixels(base64.b64decode(source.removeprefix("data:image/jpeg;base64,")))
    plain = pixels(thumbnail_jpeg(halves(100, 100)))
    assert np.abs(shown - plain)[:10, 50:].max() > 30, "the upper right cell of the map"
    assert np.abs(shown - plain)[32:, :24].max() <= 3
