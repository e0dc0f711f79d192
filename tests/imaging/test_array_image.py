import io

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.imaging.array_image import image_from_array, png_from_array
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.card import Input

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (28, 20), np.uint8)
COLOUR = RANDOM.integers(0, 256, (28, 20, 3), np.uint8)


def png(pixels):
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "pixels",
    [GREY, COLOUR, np.repeat(GREY[..., None], 3, axis=2), GREY.astype(np.uint16) * 250],
    ids=["grey", "colour", "equal channels", "16 bits"],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_network_gets_what_a_png_of_the_pixels_gives_it(pixels, channels):
    spec = Input(height=16, width=16, channels=channels, low=-1.0, high=1.0, resize="pad")
    from_array, from_png = image_from_array(pixels), read_image(png(pixels))
    assert from_array.is_colour == from_png.is_colour
    assert from_array.value_range == from_png.value_range
    assert np.array_equal(model_input(from_array, spec)[0], model_input(from_png, spec)[0])


@pytest.mark.parametrize(
    "pixels", [GREY, COLOUR, GREY[..., None], GREY.astype(np.uint16) * 250], ids=["grey", "colour", "1", "16 bits"]
)
def test_written_as_a_png_the_image_is_the_same(pixels):
    from_array, from_png = image_from_array(pixels), read_image(png_from_array(pixels))
    assert np.array_equal(from_array.values, from_png.values)
    assert (from_array.window, from_array.value_range) == (from_png.window, from_png.value_range)
    with pytest.raises(Refused, match="is no image"):
        png_from_array(np.zeros((2, 2, 7), np.uint8))


def test_a_channel_axis_of_one_is_grey():
    assert np.array_equal(image_from_array(GREY[..., None]).values, GREY)


@pytest.mark.parametrize(
    "pixels",
    [GREY.astype(np.float32), COLOUR.astype(np.uint16), GREY[0], COLOUR[..., :2], np.zeros((0, 5), np.uint8)],
    ids=["float", "16-bit colour", "one row", "two channels", "empty"],
)
def test_other_arrays_are_refused(pixels):
    with pytest.raises(Refused, match="is no image") as refusal:
        image_from_array(pixels)
    assert refusal.value.rule == "unsupported-image"


def test_the_limit_on_pixels_holds_for_arrays_too(monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_PIXELS", "559")
    with pytest.raises(Refused, match="28 x 20 pixels"):
        image_from_array(GREY)
