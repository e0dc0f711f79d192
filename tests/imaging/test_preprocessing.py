"""What a network sees of an image."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest

from meddx.imaging.preprocessing import model_input
from meddx.model.card import Input
from meddx.types import Image, Placement, Window


@dataclass(frozen=True)
class Spec:
    height: int
    width: int
    channels: Literal[1, 3] = 1
    low: float = 0.0
    high: float = 1.0
    resize: Literal["pad", "stretch"] = "pad"


def image(values, **attributes) -> Image:
    values = np.asarray(values)
    if values.ndim == 2:
        values = values.astype(np.float32)
        attributes.setdefault("window", Window(127.5, 255, "LINEAR_EXACT"))
    return Image(values=values, format="PNG", bits_stored=8, value_range=(0, 255), **attributes)


NOISE = np.random.default_rng(0).integers(0, 256, (20, 30)).astype(np.uint8)


def test_the_same_size_keeps_every_pixel():
    prepared, placement = model_input(image(NOISE), Spec(20, 30))
    assert prepared.dtype == np.float32
    np.testing.assert_allclose(prepared[..., 0], NOISE / np.float32(255), atol=1e-7)
    assert placement == Placement(left=0, top=0, right=1, bottom=1)


def test_a_card_input_will_do():
    spec = Input(height=10, width=10, channels=1, low=-1, high=1, resize="stretch")
    assert model_input(image(NOISE), spec)[0].shape == (10, 10, 1)


def test_padding_keeps_the_shape_and_is_low():
    prepared, placement = model_input(image(np.full((20, 40), 255)), Spec(16, 16, low=-1, high=1))
    # 20 x 40 into 16 x 16: 8 rows, 4 above and 4 below.
    assert placement == Placement(left=0, top=0.25, right=1, bottom=0.75)
    np.testing.assert_allclose(prepared[4:12], 1, atol=1e-6)
    np.testing.assert_array_equal(prepared[:4], -1)
    np.testing.assert_array_equal(prepared[12:], -1)


def test_pixel_aspect_decides_the_shape():
    # Pixels twice as high as wide: 20 x 40 of them are square.
    _, placement = model_input(image(np.zeros((20, 40)), pixel_aspect=2.0), Spec(16, 16))
    assert placement == Placement(left=0, top=0, right=1, bottom=1)
    _, placement = model_input(image(np.zeros((20, 40)), pixel_aspect=0.5), Spec(16, 16))
    assert placement == Placement(left=0, top=0.375, right=1, bottom=0.625)


def test_stretching_fills_the_input():
    prepared, placement = model_input(image(np.full((20, 40), 255)), Spec(16, 16, resize="stretch"))
    assert placement == Placement(left=0, top=0, right=1, bottom=1)
    np.testing.assert_allclose(prepared, 1, atol=1e-6)


@pytest.mark.parametrize("times", [2, 5, 16])
def test_shrinking_averages_what_it_drops(times):
    """A fine chequerboard, which sampling without antialiasing would turn black or white, becomes grey."""
    chequers = np.indices((32 * times, 32 * times)).sum(axis=0) % 2 * 255
    prepared, _ = model_input(image(chequers), Spec(32, 32))
    assert np.abs(prepared[4:-4, 4:-4] - 0.5).max() < 0.06
    assert prepared.mean() == pytest.approx(0.5, abs=0.01)


def test_shrinking_keeps_places():
    values = np.zeros((200, 100))
    values[50:100, 25:50] = 255
    prepared, placement = model_input(image(values), Spec(40, 40))
    assert (placement.left, placement.right) == (0.25, 0.75)
    bright = np.argwhere(prepared[..., 0] > 0.5)
    np.testing.assert_array_equal(bright.min(axis=0), [10, 15])
    np.testing.assert_array_equal(bright.max(axis=0), [19, 19])


def test_colour_to_grey_and_grey_to_colour():
    green = np.zeros((8, 8, 3), dtype=np.uint8)
    green[..., 1] = 255
    prepared, _ = model_input(image(green), Spec(8, 8))
    np.testing.assert_allclose(prepared, 0.587, atol=1e-6)
    prepared, _ = model_input(image(green), Spec(4, 4, channels=3))
    np.testing.assert_allclose(prepared, np.broadcast_to([0, 1, 0], (4, 4, 3)), atol=1e-6)
    prepared, _ = model_input(image(NOISE), Spec(20, 30, channels=3))
    np.testing.assert_array_equal(prepared[..., 0], prepared[..., 2])


def test_monochrome1_reaches_the_network_upright():
    plain, _ = model_input(image(NOISE), Spec(10, 15))
    inverted, _ = model_input(image(255 - NOISE, inverted=True), Spec(10, 15))
    np.testing.assert_allclose(plain, inverted, atol=1e-6)


def test_one_row_of_pixels():
    prepared, placement = model_input(image(np.full((1, 500), 255)), Spec(16, 16))
    assert prepared.max() == 1
    assert placement.bottom - placement.top == pytest.approx(1 / 16)


def test_a_crop_fills_the_input_with_the_middle_of_the_image():
    # 4 x 8 into 4 x 4: the same scale, and columns 2 to 5 remain.
    values = np.tile(np.arange(8) * 30, (4, 1))
    prepared, placement = model_input(image(values), Spec(4, 4, resize="crop"))
    np.testing.assert_allclose(prepared[..., 0] * 255, values[:, 2:6], atol=1e-4)
    assert placement == Placement(left=-0.5, top=0, right=1.5, bottom=1)
    assert placement.is_cut
    assert placement.visible == Placement(0, 0, 1, 1)
    turned, placement = model_input(image(values.T), Spec(4, 4, resize="crop"))
    np.testing.assert_allclose(turned[..., 0], prepared[..., 0].T, atol=1e-6)
    assert placement == Placement(left=0, top=-0.5, right=1, bottom=1.5)


@pytest.mark.parametrize("shape", [(7, 200), (200, 7), (31, 30), (16, 16)])
def test_a_crop_leaves_no_padding(shape):
    prepared, placement = model_input(image(np.full(shape, 255)), Spec(16, 16, resize="crop"))
    np.testing.assert_allclose(prepared, 1, atol=1e-6)
    assert placement.visible == Placement(0, 0, 1, 1)
