"""The search for the smallest flip, on functions whose answer is known."""

import numpy as np
import pytest

from meddx.explain import counterfactual
from meddx.explain.counterfactual import GRID_CELLS, smallest_counterfactual
from meddx.types import Placement

WHOLE = Placement(0, 0, 1, 1)
SIDE = 64
CELL = SIDE // GRID_CELLS


def checkered(side=SIDE):
    """Detail everywhere, all of which the blur takes away."""
    rows, columns = np.indices((side, side))
    return ((rows + columns) % 2).astype(np.float32)[..., np.newaxis]


def detail(images, row, column, rows=1, columns=1):
    """0 to 1: how much of the detail in these cells is left."""
    place = images[:, row * CELL : (row + rows) * CELL, column * CELL : (column + columns) * CELL, 0]
    return 2 * place.std(axis=(1, 2))


def test_the_one_cell_that_matters_is_found():
    found = smallest_counterfactual(lambda images: 0.1 + 0.8 * detail(images, 3, 12), checkered(), 0.5, WHOLE)
    expected = np.zeros((GRID_CELLS, GRID_CELLS), bool)
    expected[3, 12] = True
    np.testing.assert_array_equal(found.hidden, expected)
    assert found.hidden.mean() == pytest.approx(1 / GRID_CELLS**2)
    assert found.before == pytest.approx(0.9, abs=1e-5)
    assert found.after == pytest.approx(0.1, abs=0.01)


def test_a_block_is_found_whole_and_nothing_beside_it():
    """The answer is the mean over 3 x 4 cells; it must fall from .9 to below .5, so at least 6 cells must go."""

    def probability(images):
        cells = [detail(images, 5 + row, 6 + column) for row in range(3) for column in range(4)]
        return 0.1 + 0.8 * np.mean(cells, axis=0)

    found = smallest_counterfactual(probability, checkered(), 0.499, WHOLE)
    assert found.hidden.sum() == 7
    assert found.hidden[5:8, 6:10].sum() == 7
    assert found.after < 0.499


def test_two_places_that_stand_in_for_each_other_must_both_go():
    found = smallest_counterfactual(
        lambda images: 0.1 + 0.8 * np.maximum(detail(images, 2, 2), detail(images, 13, 9)), checkered(), 0.5, WHOLE
    )
    assert set(zip(*np.nonzero(found.hidden), strict=True)) == {(2, 2), (13, 9)}


def test_hiding_evidence_against_a_label_makes_it_a_finding():
    found = smallest_counterfactual(lambda images: 0.9 - 0.8 * detail(images, 8, 1), checkered(), 0.5, WHOLE)
    assert found.before == pytest.approx(0.1, abs=1e-5)
    assert found.after >= 0.5
    assert found.hidden.sum() == 1
    assert found.hidden[8, 1]


def test_what_nothing_flips_is_said_to_be_so():
    found = smallest_counterfactual(lambda images: 0.6 + 0.3 * images.std(axis=(1, 2, 3)), checkered(), 0.5, WHOLE)
    assert not found.hidden.any()
    assert found.hidden.mean() == 0
    assert 0.6 <= found.after < found.before


def test_the_image_is_hidden_and_not_its_padding():
    asked = []

    def probability(images):
        asked.append(images)
        return np.full(len(images), 0.9)

    image = checkered()
    smallest_counterfactual(probability, image, 0.5, Placement(0.25, 0, 0.75, 1))
    for images in asked:
        np.testing.assert_array_equal(images[:, :, :16], np.broadcast_to(image[:, :16], images[:, :, :16].shape))
        np.testing.assert_array_equal(images[:, :, 48:], np.broadcast_to(image[:, 48:], images[:, :, 48:].shape))
    assert (np.concatenate(asked)[:, :, 16:48] != image[:, 16:48]).any()


def test_progress_is_told_and_may_stop_it():
    class Stop(Exception):
        pass

    def stop(done, total):
        assert done <= total
        if done > 100:
            raise Stop

    with pytest.raises(Stop):
        smallest_counterfactual(lambda images: np.full(len(images), 0.9), checkered(), 0.5, WHOLE, stop)


def test_the_search_is_bounded():
    generator = np.random.default_rng(0)
    weights = generator.random((SIDE, SIDE, 1))
    found = smallest_counterfactual(
        lambda images: (np.abs(images - 0.5) * weights).mean(axis=(1, 2, 3)) * 4, checkered(), 0.6, WHOLE
    )
    assert found.hidden.mean() > 0.1
    assert found.passes < 8 * counterfactual.GRID_CELLS**2
