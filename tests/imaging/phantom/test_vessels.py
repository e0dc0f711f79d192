from dataclasses import replace

import numpy as np

from meddx.imaging.phantom.geometry import Build, Grid
from meddx.imaging.phantom.vessels import vessel_path

BUILD = replace(Build.drawn(np.random.default_rng(0)), vessels=1)
GRID = Grid.covering(215, 175, (0, 0))


def test_a_patient_keeps_the_same_vessels_and_another_has_others():
    once, again = vessel_path(BUILD, GRID), vessel_path(BUILD, GRID)
    np.testing.assert_array_equal(once, again)
    assert (vessel_path(replace(BUILD, vessels=2), GRID) != once).any()


def test_vessels_spread_from_both_hila_and_taper_towards_the_pleura():
    blood = vessel_path(BUILD, GRID)
    assert blood.min() >= 0
    for side in (-1, 1):
        distance = np.hypot(GRID.x - side * (BUILD.mediastinum + 8), GRID.y - BUILD.apex - 112)
        own = side * GRID.x > 0
        near, far = blood[own & (distance < 40)], blood[own & (distance > 80) & (distance < 110)]
        assert far.max() > 0
        assert near.mean() > 2 * far.mean()
        assert near.max() > 2 * far.max()


def test_the_same_vessels_are_drawn_at_every_image_size():
    coarse, fine = (
        vessel_path(BUILD, Grid.covering(rows, columns, (0, 0))) for rows, columns in ((215, 175), (860, 700))
    )
    halved = fine.reshape(215, 4, 175, 4).mean(axis=(1, 3))
    assert np.corrcoef(coarse.ravel(), halved.ravel())[0, 1] > 0.9
