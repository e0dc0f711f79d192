import itertools

import numpy as np
import pytest

from meddx.evaluate.image_layout import CELLS, image_layout
from meddx.model.card import Input


def spec(**changes):
    return Input(**{"height": 20, "width": 17, "channels": 1, "low": -1.0, "high": 1.0, "resize": "pad"} | changes)


def inputs(seed=0, channels=1):
    return np.random.default_rng(seed).uniform(-1, 1, (3, 20, 17, channels)).astype(np.float32)


def test_a_cell_is_the_mean_of_its_pixels_by_hand():
    image = np.full((1, 16, 16, 1), -1.0, np.float32)
    image[0, :2, 2:4] = 1.0  # the second of 64 cells is white, the others black
    *cells, mean, spread = image_layout(image, spec(height=16, width=16))[0]
    assert mean == pytest.approx(1 / 64)
    deviation = np.sqrt(1 / 64 * 63 / 64)
    assert spread == pytest.approx(deviation + 0.02)
    assert cells[1] == pytest.approx((1 - 1 / 64) / spread)
    assert cells[0] == pytest.approx(-1 / 64 / spread)


def test_sides_that_the_grid_does_not_divide_are_covered_whole():
    rows, columns = (np.linspace(0, side, CELLS + 1).round().astype(int) for side in (20, 17))
    image = inputs()
    cells = np.array(
        [
            [image[:, a:b, c:d].mean((1, 2, 3)) for c, d in itertools.pairwise(columns)]
            for a, b in itertools.pairwise(rows)
        ]
    )
    shown = (cells + 1) / 2
    found = image_layout(image, spec())
    assert found[:, -2] == pytest.approx(shown.mean((0, 1)), abs=1e-6)
    assert found[:, 0] == pytest.approx((shown[0, 0] - found[:, -2]) / found[:, -1], abs=1e-5)


def test_exposure_changes_two_numbers_and_hardly_the_others():
    image = inputs() * 0.5
    darker = image * 0.8 - 0.05
    one, other = image_layout(image, spec()), image_layout(darker, spec())
    assert one[:, -2:] != pytest.approx(other[:, -2:], abs=0.01)
    # All are divided by the same spread, which LEAST_EXPOSURE_SPREAD keeps from being quite proportional.
    ratio = other[:, :-2] / one[:, :-2]
    assert ratio == pytest.approx(np.broadcast_to(ratio[:, :1], ratio.shape), rel=1e-3)


def test_the_range_of_the_input_does_not_matter_and_colour_has_cells_of_its_own():
    colour = inputs(channels=3)
    found = image_layout(colour, spec(channels=3))
    assert found.shape == (3, CELLS * CELLS * 3 + 2)
    assert image_layout((colour + 1) / 2, spec(channels=3, low=0.0)) == pytest.approx(found, abs=1e-5)


def test_a_flat_image_has_no_layout():
    found = image_layout(np.zeros((1, 20, 17, 1), np.float32), spec())[0]
    assert np.abs(found[:-2]).max() < 1e-9
    assert found[-2:] == pytest.approx([0.5, 0.02])
