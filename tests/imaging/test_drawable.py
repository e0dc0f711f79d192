"""The browser gets the film's own values, not a picture of them."""

import gzip

import numpy as np
import pytest

from meddx.imaging.drawable import drawable, undrawn
from meddx.imaging.read import read_film
from meddx.types import DrawableFilm, Film, Window
from tests.imaging.films import film_bytes


def grey(film: DrawableFilm):
    stored = np.frombuffer(gzip.decompress(film.pixels), "<u2").reshape(film.rows, film.columns)
    return stored * film.slope + film.intercept


def film(values, **attributes) -> Film:
    values = np.asarray(values, dtype=np.float32)
    return Film(values=values, format="DICOM", bits_stored=16, value_range=(-32768, 32767), **attributes)


@pytest.mark.parametrize(
    "values",
    [[[0, 1, 65535]], [[-1024, 0, 3071]], [[-32768, 32767]], [[5, 5]], [[40000, 100000]]],
    ids=["unsigned", "signed", "full", "constant", "beyond 16 bits"],
)
def test_whole_numbers_are_exact(values):
    drawn = drawable(film(values))
    assert drawn.slope == 1
    np.testing.assert_array_equal(grey(drawn), values)


def test_the_slope_of_the_file_is_found():
    stored = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    data = film_bytes(stored, BitsStored=12, RescaleSlope="0.29304", RescaleIntercept="-3.5")
    drawn = drawable(read_film(data))
    assert drawn.slope == pytest.approx(0.29304)
    recovered = gzip.decompress(drawn.pixels)
    np.testing.assert_array_equal(np.frombuffer(recovered, "<u2").reshape(64, 64), stored)
    np.testing.assert_allclose(grey(drawn), stored * 0.29304 - 3.5, rtol=1e-6)


@pytest.mark.parametrize("span", [1e-6, 0.5, 3e5])
def test_other_values_are_within_half_a_step(span):
    values = np.random.default_rng(2).random((50, 50)) * span
    drawn = drawable(film(values))
    assert np.abs(grey(drawn) - values.astype(np.float32)).max() <= span / 65535 * 0.51


def test_colour():
    colour = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    drawn = drawable(Film(values=colour, format="PNG", bits_stored=8, value_range=(0, 255)))
    assert (drawn.rows, drawn.columns, drawn.channels, drawn.window) == (2, 4, 3, None)
    assert gzip.decompress(drawn.pixels) == colour.tobytes()


def test_a_grey_film_always_has_a_window():
    assert drawable(film([[-100, 300]])).window == Window(100, 400, "LINEAR_EXACT")
    assert drawable(film([[-100, 300]], window=Window(1, 2))).window == Window(1, 2)


@pytest.mark.parametrize(
    "values", [[[-1024, 0, 3071], [5, 6, 7]], [[0.5, 0.25, 3], [1, 2, 3]]], ids=["whole", "fractions"]
)
def test_a_film_comes_back_from_what_is_drawn(values):
    given = film(values, window=Window(40, 400), inverted=True, pixel_aspect=1.5, modality="CT")
    back = undrawn(drawable(given))
    np.testing.assert_allclose(back.values, given.values, atol=3e-5)
    assert (back.window, back.inverted, back.pixel_aspect, back.modality) == (Window(40, 400), True, 1.5, "CT")
    np.testing.assert_allclose(undrawn(drawable(given), 2).values, given.values[::2, ::2], atol=3e-5)


def test_a_colour_film_comes_back_exactly():
    pixels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    given = Film(values=pixels, format="PNG", bits_stored=8, value_range=(0, 255))
    np.testing.assert_array_equal(undrawn(drawable(given)).values, pixels)
