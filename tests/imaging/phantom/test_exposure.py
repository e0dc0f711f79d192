from dataclasses import replace

import numpy as np
import pytest

from meddx.imaging.phantom.anatomy import Anatomy
from meddx.imaging.phantom.exposure import HIGHEST, Technique, expose

TECHNIQUE = Technique(quanta=1e5, scatter=0.1, unsharpness=0.5, compression=0.3, contrast=3.0, midpoint=0.5)
SHAPE = 120, 160


def wedge():
    """Soft tissue of 120 to 240 mm, thicker from left to right, a little of it air."""
    soft = np.broadcast_to(np.linspace(120, 240, SHAPE[1], dtype=np.float32), SHAPE).copy()
    return Anatomy(soft, np.full(SHAPE, 10, np.float32), np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32))


def exposed(chest, lesion=None, seed=0, **changes):
    lesion = np.zeros(SHAPE, np.float32) if lesion is None else lesion
    return expose(chest, lesion, replace(TECHNIQUE, **changes), 1.0, np.random.default_rng(seed)).astype(int)


def test_thicker_and_bonier_parts_are_whiter_and_air_is_darker():
    plain = exposed(wedge(), quanta=1e12)
    assert 0 <= plain.min() < plain.max() <= HIGHEST
    assert (np.diff(plain[60, 5:-5]) > 0).mean() > 0.95
    for part, whiter in (("bone", True), ("air", False)):
        chest = wedge()
        getattr(chest, part)[50:70, 70:90] += 15
        assert (exposed(chest, quanta=1e12)[60, 80] > plain[60, 80]) == whiter


def test_a_lesion_whitens_its_pixels_and_changes_no_other():
    lesion = np.zeros(SHAPE, np.float32)
    lesion[40:60, 60:90] = 12
    change = exposed(wedge(), lesion) - exposed(wedge())
    assert (change[lesion > 0] > 0).mean() > 0.99
    assert not change[lesion == 0].any()


def test_a_hundred_times_the_quanta_is_a_tenth_of_the_noise():
    quiet = exposed(wedge(), quanta=1e13)
    noises = [(exposed(wedge(), quanta=quanta) - quiet).std() for quanta in (1e4, 1e6)]
    assert noises[0] / noises[1] == pytest.approx(10, rel=0.1)


def test_techniques_differ_within_their_limits():
    drawn = [Technique.drawn(np.random.default_rng(seed)) for seed in range(50)]
    assert len({one.quanta for one in drawn}) == 50
    assert all(0.6e5 <= one.quanta <= 3e5 and 0.08 <= one.scatter <= 0.16 for one in drawn)
