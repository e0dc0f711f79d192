from dataclasses import replace

import numpy as np

from meddx.imaging.phantom.geometry import Build, Grid
from meddx.imaging.phantom.skeleton import bone_path

BUILD = replace(Build.drawn(np.random.default_rng(0)), apex=50.0, base=340.0, rib_drop=75.0)
GRID = Grid(np.arange(-174, 175, dtype=np.float32)[None], np.arange(430, dtype=np.float32)[:, None], 1.0)
MIDDLE = 174


def test_both_sides_have_the_same_bones():
    bone = bone_path(BUILD, GRID)
    assert bone.min() == 0
    np.testing.assert_allclose(bone, bone[:, ::-1], atol=1e-4)


def test_vertebrae_repeat_every_24_mm_with_denser_end_plates():
    bone = bone_path(BUILD, GRID)
    spine = bone[:, MIDDLE]
    assert spine.min() > 0
    np.testing.assert_allclose(spine[24:], spine[:-24], rtol=1e-4)
    # Beside the processes and below the ribs: an end plate at 17 * 24 mm, the middle of a body at 17.5 * 24 mm.
    assert bone[408, MIDDLE + 10] > 1.3 * bone[420, MIDDLE + 10] > 0


def test_ribs_reach_the_chest_wall_and_leave_gaps_between_them():
    bone = bone_path(BUILD, GRID)
    inside = bone[120:300, MIDDLE + 60]
    crossed = np.diff((inside > 0).astype(int)) == 1
    assert 5 <= crossed.sum() <= 14  # about one back and one front part every 30 mm
    assert (inside == 0).mean() > 0.1
    # Below the clavicles, which reach the shoulders.
    assert not bone[120:, np.abs(GRID.x[0]) > BUILD.half_width + 20].any()
