from dataclasses import replace

import numpy as np
import pytest

from meddx.imaging.phantom.anatomy import anatomy, body_path, heart_path, lung_path
from meddx.imaging.phantom.geometry import LEFT, RIGHT, Build, Grid, lateral_edge

GRID = Grid.covering(172, 140, (0, 0))
BUILDS = [Build.drawn(np.random.default_rng(seed)) for seed in range(6)]


@pytest.mark.parametrize("build", BUILDS, ids=range(6))
def test_air_is_inside_the_chest_wall_and_blood_fills_at_most_half_of_it(build):
    chest = anatomy(build, GRID)
    outside = (np.abs(GRID.x) >= lateral_edge(build, GRID.y)) | (GRID.y < build.apex)
    assert chest.air.max() > 0.5 * build.lung_depth
    assert not chest.air[outside].any()
    assert (chest.vessels <= 0.5 * chest.air).all()
    assert all(part.min() >= 0 for part in (chest.soft, chest.air, chest.bone, chest.vessels))
    assert (chest.air <= chest.soft)[chest.air > 0].mean() > 0.99


def test_each_lung_keeps_to_its_side():
    for side in (RIGHT, LEFT):
        path = lung_path(BUILDS[0], GRID, side)
        assert path.max() <= BUILDS[0].lung_depth
        assert not path[:, side * GRID.x[0] <= 0].any()


def test_the_heart_lies_to_the_left_and_takes_the_place_of_lung():
    build = BUILDS[0]
    heart, air = heart_path(build, GRID), anatomy(build, GRID).air
    lungs = lung_path(build, GRID, RIGHT) + lung_path(build, GRID, LEFT)
    assert (heart * GRID.x).sum() > 0
    under = (heart > lungs) & (lungs > 0)
    assert under.any()
    np.testing.assert_allclose(air[under], 0.06 * lungs[under], rtol=1e-5)
    np.testing.assert_array_equal(air[heart == 0], lungs[heart == 0])


def test_breasts_add_tissue_and_stomach_gas_takes_some_away_on_the_left():
    plain = replace(BUILDS[0], breast=0.0, gas=0.0)
    body = body_path(plain, GRID)
    more = body_path(replace(plain, breast=20.0), GRID) - body
    # At its thickest the mound is (2 * 20)^2 / (2 * 20) mm.
    assert (more.min(), more.max()) == (0, pytest.approx(40, rel=0.01))
    less = body - body_path(replace(plain, gas=20.0), GRID)
    assert (less.min(), less.max()) == (0, pytest.approx(44, rel=0.02))
    assert not less[:, GRID.x[0] < 0].any()
