import math

import numpy as np
import pytest

from meddx.imaging.phantom.geometry import (
    LEFT,
    RIGHT,
    Build,
    Grid,
    diaphragm,
    ellipsoid,
    lateral_edge,
    medial_edge,
)


def build(seed=0):
    return Build.drawn(np.random.default_rng(seed))


def test_pixels_just_contain_the_cassette_with_the_patient_in_the_middle():
    grid = Grid.covering(43, 35, (0, 0))
    assert (grid.shape, grid.spacing) == ((43, 35), 10)
    assert (grid.x[0, 17], grid.y[0, 0], grid.y[42, 0]) == (0, 5, 425)
    assert Grid.covering(86, 35, (0, 0)).spacing == 10  # the width decides
    assert grid.pixel((10, 25)) == (18, 2)
    assert Grid.covering(43, 35, (20, 30)).pixel((0, 5)) == (19, 3)  # moved right and down


def test_an_ellipsoid_is_as_thick_as_its_axis_and_can_be_turned():
    grid = Grid.covering(43, 35, (0, 0))
    path = ellipsoid(grid, (0, 205), (40, 20, 7))
    assert path[20, 17] == 14
    assert path[20, 19] == pytest.approx(14 * math.sqrt(0.75))  # half way along the long axis
    assert path[20, 21] == path[22, 17] == 0  # its ends
    upright = ellipsoid(grid, (0, 205), (40, 20, 7), math.pi / 2)
    np.testing.assert_allclose(upright[22, 17], path[20, 19], rtol=1e-5)
    assert upright[20, 19] == pytest.approx(0, abs=0.01)


def test_a_lung_widens_to_the_chest_wall_and_narrows_nowhere_to_nothing():
    patient = build()
    assert lateral_edge(patient, patient.apex) == pytest.approx(0.34 * patient.half_width)
    assert lateral_edge(patient, patient.base) == pytest.approx(patient.half_width)
    assert medial_edge(patient, patient.base) == pytest.approx(patient.mediastinum, abs=0.01)
    for seed in range(20):
        heights = np.linspace(build(seed).apex, build(seed).base, 50)
        assert (np.diff(lateral_edge(build(seed), heights)) > 0).all()
        assert (medial_edge(build(seed), heights[1:]) < lateral_edge(build(seed), heights[1:])).all()


def test_each_dome_has_its_height_and_ends_in_the_angle():
    patient, grid = build(), Grid.covering(860, 700, (0, 0))
    for side, rise in zip((RIGHT, LEFT), patient.domes, strict=True):
        own = diaphragm(patient, grid, side)[0, side * grid.x[0] > 0]
        assert own.min() == pytest.approx(patient.base - rise, abs=0.05)
        angle = np.abs(grid.x[0] - side * patient.half_width).argmin()
        assert diaphragm(patient, grid, side)[0, angle] == pytest.approx(patient.base, abs=1)
