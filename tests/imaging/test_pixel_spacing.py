"""The distance between pixels, and where it lies."""

import numpy as np
import pytest

from meddx.imaging.drawable_image import from_drawable, to_drawable
from meddx.imaging.read_image import read_image
from tests.imaging.images import image_bytes, item

PIXELS = np.arange(16, dtype=np.uint8).reshape(4, 4)


def spacing(**attributes):
    image = read_image(image_bytes(PIXELS, **attributes))
    return image.spacing, image.measured_at


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, (None, "")),
        ({"PixelSpacing": [0.5, 0.25]}, ((0.5, 0.25), "patient")),
        ({"ImagerPixelSpacing": [0.2, 0.2]}, ((0.2, 0.2), "detector")),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.15, 0.15]}, ((0.15, 0.15), "patient")),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]}, ((0.2, 0.2), "detector")),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.200001, 0.2]}, ((0.2, 0.2), "detector")),
        ({"NominalScannedPixelSpacing": [0.1, 0.1]}, ((0.1, 0.1), "film")),
        ({"PixelSpacing": [0, 0.5]}, (None, "")),
        ({"PixelSpacing": [0, 0.5], "ImagerPixelSpacing": [0.2, 0.2]}, ((0.2, 0.2), "detector")),
        ({"PixelSpacing": [5000, 5000]}, (None, "")),
        ({"PixelSpacing": 0.5}, (None, "")),
        ({"PixelAspectRatio": [2, 1]}, (None, "")),
    ],
)
def test_the_spacing_and_where_it_lies(attributes, expected):
    assert spacing(**attributes) == expected


def test_a_frame_has_its_own_spacing():
    shared = item(PixelMeasuresSequence=item(PixelSpacing=[0.7, 0.7]))
    assert spacing(SharedFunctionalGroupsSequence=shared, PixelSpacing=[1, 1]) == ((0.7, 0.7), "patient")


def test_the_viewer_gets_what_the_file_states():
    drawn = to_drawable(read_image(image_bytes(PIXELS, ImagerPixelSpacing=[0.3, 0.2])))
    assert (drawn.spacing, drawn.measured_at) == ((0.3, 0.2), "detector")
    assert from_drawable(drawn).spacing == (0.3, 0.2)
