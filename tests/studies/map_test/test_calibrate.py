"""Limits and least effects follow from what was measured, by hand."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from meddx.evaluate.map_evaluation.check_limits import limits
from meddx.evaluate.map_evaluation.known_maps import MAP_GRID, MapKind, untrained_maps
from meddx.explain.map_check.area_effects import AREAS, AreaEffects, usual_effects
from studies.map_test.calibrate import least_effect_of, validation_maps
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
        case = Measured(model, str(number), str(number), 0, None, {}, moving(9.0), networks)
        (tmp_path / f"validation-{model}-{number:03d}.pickle").write_bytes(pickle.dumps(case))

    for number in range(20):
        effects = moving(0.01 * number), moving(0.01 * number + 0.2)
        keep("small", number, *({"grad-cam": one, "hires-cam": one} for one in effects))
    keep("large", 0, {"layer-cam": moving(2.0)}, {})
    return tmp_path


def test_the_least_effect_is_what_untrained_networks_seldom_reach_each_network_counted_once(folder):
    effects = np.concatenate([0.01 * np.arange(20), 0.01 * np.arange(20) + 0.2])
    assert least_effect_of(folder, ["small"]) == pytest.approx(np.quantile(effects, 0.975), abs=5e-4)
    assert least_effect_of(folder, ["large"]) == 2.0, "a network without any map does not count"
    assert 0.3 < least_effect_of(folder, ["small", "large"]) < 2.0


def test_every_map_of_an_untrained_network_is_listed_with_its_own_networks_effects(folder):
    found = list(untrained_maps(kept(folder, "validation", "small")))
    assert len(found) == 80
    assert {one.kind for one in found} == {"grad-cam", "hires-cam"}
    assert max(one.areas.largest for one in found) == pytest.approx(0.39)


def test_of_the_wrong_maps_that_reach_highest_a_twentieth_passes_and_a_tenth_does_not_fail():
    random = np.random.default_rng(0)
    low, high = random.uniform(-1, 0.5, 1000), random.uniform(-0.5, 1, 200)
    bounds = limits([low.tolist(), high.tolist(), [0.99] * 9, []])
    assert np.mean(high >= bounds.good_from) == pytest.approx(0.05, abs=0.005)
    assert np.mean(high >= bounds.bad_below) == pytest.approx(0.1, abs=0.005)
    assert not (low >= bounds.good_from).any()


def test_beside_each_image_stand_the_maps_of_the_others_with_its_label_and_of_other_patients(folder):
    own = np.zeros((MAP_GRID, MAP_GRID), np.float32)
    for number, (label, patient) in enumerate([(0, "a"), (0, "b"), (0, "b"), (1, "c")]):
        maps = {MapKind.OWN: np.roll(own, number), MapKind.EDGES: own + 1}
        maps[MapKind.OWN][number] = 1 + number
        effects = replace(moving(1.0), fall=np.random.default_rng(number).uniform(size=(2, AREAS, AREAS)))
        case = Measured("seen", str(number), patient, label, None, maps, effects, ())
        (folder / f"validation-seen-{number:03d}.pickle").write_bytes(pickle.dumps(case))
    found = validation_maps(folder, ["seen"])
    lent = [(one.group, one.areas.marked.max()) for one in found if one.kind == MapKind.OTHER_IMAGE]
    assert [group for group, _ in lent] == ["a", "a", "b", "b"]
    assert sum(one.kind == MapKind.OWN for one in found) == 4
    falls = [one.areas for one in found if one.kind == MapKind.OWN]
    np.testing.assert_allclose(found[0].usual, usual_effects(falls[1:]))
    [first, *_] = [one for one in found if one.kind == MapKind.OTHER_IMAGE]
    np.testing.assert_allclose(first.usual, usual_effects(falls[2:]), err_msg="neither the borrower's nor the lender's")
    assert {one.usual is None for one in validation_maps(folder, ["seen"], usual=False)} == {True}
