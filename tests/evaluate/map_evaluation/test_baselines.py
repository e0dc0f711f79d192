import numpy as np
import pytest

from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID
from meddx.evaluate.map_evaluation.baselines import centre_baseline, random_patches, typical_locations

HALF = ANNOTATION_GRID // 2


def test_the_centre_is_highest_and_falls_to_its_standard_deviation_at_a_fifth_of_the_side():
    centre = centre_baseline()
    assert centre.shape == (ANNOTATION_GRID, ANNOTATION_GRID)
    assert centre.max() == centre[HALF, HALF] == centre[HALF - 1, HALF - 1]
    np.testing.assert_allclose(centre, centre[::-1, ::-1].T, rtol=1e-5)
    fifth = round(0.2 * ANNOTATION_GRID)
    assert centre[HALF, HALF + fifth - 1] / centre[HALF, HALF] == pytest.approx(np.exp(-0.5), abs=0.005)


def test_random_patches_are_the_same_for_the_same_case_and_smooth():
    patches = random_patches("a/1.png")
    np.testing.assert_array_equal(patches, random_patches("a/1.png"))
    assert (patches != random_patches("a/2.png")).any()
    assert patches.min() == 0
    assert np.abs(np.diff(patches, axis=0)).max() < 0.1 * patches.max()


def test_the_usual_place_is_the_share_of_images_marked_there():
    upper, all_over = np.zeros((2, ANNOTATION_GRID, ANNOTATION_GRID), bool)
    upper[:HALF] = all_over[:] = True
    usual = typical_locations({"mass": [upper, all_over], "cyst": [upper], "none": []})
    assert set(usual) == {"mass", "cyst"}
    assert (usual["mass"][:HALF] == 1).all()
    assert (usual["mass"][HALF:] == 0.5).all()
    assert usual["cyst"].mean() == 0.5
