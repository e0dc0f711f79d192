import numpy as np
import pytest

from meddx.imaging.phantom.anatomy import anatomy
from meddx.imaging.phantom.geometry import Build, Grid, lateral_edge, medial_edge
from meddx.imaging.phantom.lesions import LESIONS, consolidation, effusion, nodule

GRID = Grid.covering(172, 140, (0, 0))
BUILD = Build.drawn(np.random.default_rng(3))
CHEST = anatomy(BUILD, GRID)
SEEDS = range(15)


def drawn(lesion, seed):
    return lesion(np.random.default_rng(seed), BUILD, GRID, CHEST)


@pytest.mark.parametrize("label", LESIONS)
def test_a_lesion_is_some_tissue_and_the_same_for_the_same_draw(label):
    path = drawn(LESIONS[label], 1)
    assert path.dtype == np.float32
    assert path.shape == GRID.shape
    assert path.min() == 0 < path.max()
    np.testing.assert_array_equal(path, drawn(LESIONS[label], 1))
    assert (path != drawn(LESIONS[label], 2)).any()


def test_a_nodule_is_clear_of_mediastinum_and_chest_wall():
    for seed in SEEDS:
        rows, columns = np.nonzero(drawn(nodule, seed))
        x, y = np.abs(GRID.x[0, columns]), GRID.y[rows, 0]
        # Its centre keeps 16 mm from either border at its height, and it is at most 10.4 mm in radius.
        assert (x > medial_edge(BUILD, y.mean()) + 5).all()
        assert (x < lateral_edge(BUILD, y.mean()) - 5).all()


def test_a_consolidation_fills_at_most_three_quarters_of_the_air_and_an_effusion_at_most_95_percent():
    for seed in SEEDS:
        assert (drawn(consolidation, seed) <= 0.75 * CHEST.air).all()
        assert (drawn(effusion, seed) <= 0.95 * CHEST.air).all()


def test_an_effusion_lies_low_in_one_half_of_the_chest():
    sides = set()
    for seed in SEEDS:
        rows, columns = np.nonzero(drawn(effusion, seed))
        sides |= set(np.sign(GRID.x[0, columns]).tolist())
        assert len(set(np.sign(GRID.x[0, columns]).tolist())) == 1
        assert GRID.y[rows, 0].mean() > (BUILD.apex + BUILD.base) / 2
    assert sides == {-1.0, 1.0}
