"""Windows against the formulas and worked examples of PS3.3 C.11.2.1.2 and C.11.2.1.3."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.windowing import display
from meddx.types import Image, VoiLut, Window, WindowFunction


def image(*values: float, **attributes) -> Image:
    grey = np.array([values], dtype=np.float32)
    return Image(values=grey, format="DICOM", bits_stored=16, value_range=(-32768, 32767), **attributes)


@pytest.mark.parametrize(
    ("function", "center", "width", "value", "shown"),
    [
        # Examples of C.11.2.1.2.1: centre 2048 and width 4096 means 0 to 4095, y = (x - 2047.5) / 4095 + 0.5.
        ("LINEAR", 2048, 4096, 0, 0.0),
        ("LINEAR", 2048, 4096, 4095, 1.0),
        ("LINEAR", 2048, 4096, 819, 0.2),
        # Centre 0, width 100: x <= -50 black, x > 49 white, else (x + 0.5) / 99 + 0.5.
        ("LINEAR", 0, 100, -50, 0.0),
        ("LINEAR", 0, 100, 49, 1.0),
        ("LINEAR", 0, 100, 10, 10.5 / 99 + 0.5),
        # Centre 0, width 1: black up to -0.5, white above.
        ("LINEAR", 0, 1, -0.5, 0.0),
        ("LINEAR", 0, 1, 0, 1.0),
        # C.11.2.1.3.2: centre 2048, width 4096 means 0 to 4096, y = (x - 2048) / 4096 + 0.5.
        ("LINEAR_EXACT", 2048, 4096, 4096, 1.0),
        ("LINEAR_EXACT", 2048, 4096, 1024, 0.25),
        ("LINEAR_EXACT", 0, 0.5, 0.125, 0.75),
        # C.11.2.1.3.1: 1 / (1 + exp(-4 (x - c) / w)).
        ("SIGMOID", 100, 200, 100, 0.5),
        ("SIGMOID", 100, 200, 200, 1 / (1 + np.exp(-2))),
        ("SIGMOID", 100, 200, -1e6, 0.0),
        ("SIGMOID", 100, 200, 1e6, 1.0),
    ],
)
def test_window_functions(function: WindowFunction, center, width, value, shown):
    result = display(image(value), Window(center, width, function))
    assert result.dtype == np.float32
    assert result[0, 0] == pytest.approx(shown, abs=1e-6)


def test_full_range_when_the_file_states_nothing():
    np.testing.assert_allclose(display(image(-100, 0, 300)), [[0, 0.25, 1]], atol=1e-7)


@pytest.mark.parametrize("value", [-1e30, -5, 0, 7, 1e30])
def test_one_value_everywhere_is_black(value):
    np.testing.assert_array_equal(display(image(value, value, value)), 0)
    np.testing.assert_array_equal(display(image(value, value, inverted=True)), 1)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("center", [-8e37, 0, 8e37])
@pytest.mark.parametrize("width", [5e-38, 1, 8e37])
def test_every_usable_window_shows_numbers(function, center, width):
    window = Window(center, width, function)
    if function == "LINEAR" and width < 1:
        return
    shown = display(image(-3e38, -1, 0, 1, 3e38), window)
    assert np.isfinite(shown).all()
    assert (np.diff(shown) >= 0).all()


def test_inversion_after_the_window_or_the_table():
    table = VoiLut(0, np.array([0, 0.25, 1], dtype=np.float32))
    np.testing.assert_allclose(display(image(0, 1, 2, inverted=True, voi_lut=table)), [[1, 0.75, 0]])
    np.testing.assert_allclose(display(image(0, 1, 4, inverted=True)), [[1, 0.75, 0]])


def test_display_leaves_the_image_as_it_is():
    shown = image(0, 1, 4, inverted=True, window=Window(2, 3))
    before = shown.values.copy()
    display(shown)
    np.testing.assert_array_equal(shown.values, before)


def test_colour_is_scaled_only():
    colour = np.array([[[0, 51, 255]]], dtype=np.uint8)
    shown = Image(values=colour, format="PNG", bits_stored=8, value_range=(0, 255))
    np.testing.assert_allclose(display(shown), [[[0, 0.2, 1]]], atol=1e-7)


@pytest.mark.parametrize(
    "window",
    [
        Window(0, 0.5),
        Window(0, 0, "SIGMOID"),
        Window(float("nan"), 5),
        Window(5, float("nan")),
        Window(1e300, 1e308),
        Window(2048, 1e-40, "SIGMOID"),
    ],
)
def test_a_window_that_shows_nothing_is_refused(window):
    with pytest.raises(Refused) as refusal:
        display(image(0, 1), window)
    assert refusal.value.rule == "window"
