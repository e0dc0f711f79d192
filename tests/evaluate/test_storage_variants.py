from dataclasses import replace

import numpy as np
import pytest

from meddx.evaluate.storage_variants import LARGEST_FACTOR, MOST_BORDER, MOST_CUT, MOST_SQUASH, storage_variant
from meddx.imaging.array_image import image_from_array
from meddx.imaging.preprocessing import model_input
from meddx.imaging.windowing import display
from meddx.model.card import Input

SPEC = Input(height=32, width=32, channels=1, low=0.0, high=1.0, resize="stretch")


def image(shape=(60, 48)):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    grey = np.rint(60 + 100 * np.sin(rows / 9) ** 2 + 60 * np.cos(columns / 7) ** 2).astype(np.uint8)
    return image_from_array(grey if len(shape) == 2 else np.stack([grey, grey // 2, 255 - grey], axis=-1))


def variants(n=200, **changes):
    return [storage_variant(replace(image(), **changes), SPEC, np.random.default_rng(seed)) for seed in range(n)]


def test_a_seed_makes_one_copy_and_another_seed_another():
    first, again, other = (storage_variant(image(), SPEC, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first.values, again.values)
    assert first.values.shape != other.values.shape or not np.array_equal(first.values, other.values)


def test_copies_differ_in_size_and_aspect_within_their_limits():
    shapes = np.array([copy.values.shape for copy in variants()])
    longest = shapes.max(axis=1)
    grown = LARGEST_FACTOR * MOST_SQUASH * (1 + 2 * MOST_BORDER)
    assert longest.max() <= 60 * grown
    assert longest.min() >= 0.75 * 32 - 1
    assert longest.max() > 3 * 60
    assert longest.min() < 48
    aspects = shapes[:, 1] / shapes[:, 0] * 60 / 48
    assert aspects.min() < 0.8
    assert aspects.max() > 1.25
    assert np.log(aspects).max() < np.log(MOST_SQUASH * (1 + 2 * MOST_BORDER) / (1 - MOST_CUT)) + 0.1


def test_copies_remain_the_same_picture():
    """Against one of another picture, to a network of 32 x 32."""
    own = model_input(image(), SPEC)[0].ravel()
    alike = [np.corrcoef(own, model_input(copy, SPEC)[0].ravel())[0, 1] for copy in variants(60)]
    assert np.median(alike) > 0.8


def test_a_window_is_applied_and_an_inverted_image_turned():
    """A copy has 8 bits as displayed, whatever the image was stored as."""
    inverted = [display(copy).mean() for copy in variants(40, inverted=True)]
    plain = [display(copy).mean() for copy in variants(40)]
    assert np.mean(inverted) + np.mean(plain) == pytest.approx(1, abs=0.15)
    assert {copy.bits_stored for copy in variants(5, window=None)} == {8}


def test_colour_stays_colour_and_the_pixel_aspect_is_kept():
    copy = storage_variant(replace(image((40, 40, 3)), pixel_aspect=1.5), SPEC, np.random.default_rng(0))
    assert copy.is_colour
    assert copy.pixel_aspect == 1.5


def test_an_image_of_one_value_and_one_of_one_pixel_have_copies():
    for pixels in (np.zeros((20, 20), np.uint8), np.full((1, 1), 7, np.uint8)):
        for seed in range(30):
            assert storage_variant(image_from_array(pixels), SPEC, np.random.default_rng(seed)).values.size
