"""Limits and least effects follow from what was measured, by hand."""

import pickle

import numpy as np
import pytest

from meddx.explain.map_check.area_effects import AREAS, AreaEffects
from studies.map_test.calibrate import least_effect, limits
from studies.map_test.known_maps import untrained_maps
from studies.map_test.records import Measured, kept

SQUARE = np.ones((AREAS, AREAS))


def moving(odds):
    """An area moves the log odds by so much, and the logit by ten times that."""
    fall = np.zeros((2, AREAS, AREAS))
    fall[:, 3, 3] = -odds, 10 * odds
    return AreaEffects(SQUARE, fall, SQUARE)


@pytest.fixture
def folder(tmp_path):
    def keep(model, number, *networks):
        whole = np.zeros(2, np.float32)
        case = Measured(model, str(number), str(number), 0, None, {}, moving(9.0), whole, networks)
        (tmp_path / f"validation-{model}-{number:03d}.pickle").write_bytes(pickle.dumps(case))

    for number in range(20):
        effects = moving(0.01 * number), moving(0.01 * number + 0.2)
        keep("small", number, *({"grad-cam": one, "hires-cam": one} for one in effects))
    keep("large", 0, {"layer-cam": moving(2.0)}, {})
    return tmp_path


def test_the_least_effect_is_what_untrained_networks_seldom_reach_each_network_counted_once(folder):
    effects = np.concatenate([0.01 * np.arange(20), 0.01 * np.arange(20) + 0.2])
    assert least_effect(folder, ["small"]) == pytest.approx(np.quantile(effects, 0.975), abs=5e-4)
    assert least_effect(folder, ["large"]) == 2.0, "a network without any map does not count"
    assert 0.3 < least_effect(folder, ["small", "large"]) < 2.0


def test_every_map_of_an_untrained_network_is_listed_with_its_own_networks_effects(folder):
    found = list(untrained_maps(kept(folder, "validation", "small")))
    assert len(found) == 80
    assert {one.kind for one in found} == {"grad-cam", "hires-cam"}
    assert max(one.areas.largest for one in found) == pytest.approx(0.39)


def test_of_wrong_maps_a_fortieth_passes_and_a_tenth_does_not_fail():
    wrong = np.random.default_rng(0).uniform(-1, 1, 1000)
    bounds = limits(wrong.tolist())
    assert np.mean(wrong >= bounds.good_from) == pytest.approx(0.025, abs=0.002)
    assert np.mean(wrong >= bounds.bad_below) == pytest.approx(0.1, abs=0.002)
