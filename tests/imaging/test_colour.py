"""Depths to 8 bits, profiles to sRGB, colour to grey."""

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from meddx.imaging.colour import grey_curve, luminance, to_8_bits, to_srgb

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    ("bits", "stored", "expected"),
    [
        (8, [0, 7, 255], [0, 7, 255]),
        (12, [0, 2048, 4095], [0, 128, 255]),  # 2048 * 255 / 4095 is 127.53
        (1, [0, 1, 1], [0, 255, 255]),
        (12, [0, 4095, 65535], [0, 255, 255]),  # more than its bits can mean
    ],
)
def test_full_scale_becomes_full_scale(bits, stored, expected):
    found = to_8_bits(np.array(stored, np.uint8 if bits == 8 else np.uint16), bits)
    assert found.dtype == np.uint8
    assert found.tolist() == expected


def test_a_profile_that_cannot_be_read_leaves_the_colours_as_stored():
    image = PIL.Image.new("RGB", (2, 1), (10, 200, 30))
    found, used = to_srgb(image, b"no profile")
    assert not used
    assert found.getpixel((1, 0)) == (10, 200, 30)
    assert grey_curve(b"no profile") is None


def test_the_profile_of_srgb_changes_nothing():
    found, used = to_srgb(PIL.Image.new("RGB", (1, 1), (10, 200, 30)), SRGB)
    assert used
    assert np.abs(np.array(found.getpixel((0, 0))) - (10, 200, 30)).max() <= 1
    assert grey_curve(SRGB).tolist() == list(range(256))


def test_green_is_brighter_than_red_and_red_than_blue():
    colours = np.eye(3, dtype=np.float32)[np.newaxis]
    assert luminance(colours)[0] == pytest.approx([0.299, 0.587, 0.114])
    assert luminance(np.ones((1, 1, 3), np.float32))[0, 0] == pytest.approx(1)
