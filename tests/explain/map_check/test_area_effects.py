"""What hiding areas does, on functions whose evidence lies in a known place."""

from dataclasses import replace

import numpy as np
import pytest

from meddx.explain.blurred_baseline import blurred
from meddx.explain.map_check.area_effects import AREAS, AreaEffects, area_effects, marked_areas, usual_effects
from meddx.explain.map_check.faithfulness import centre_map, random_map
from meddx.types import Placement

SIDE = 70
WHOLE = Placement(0, 0, 1, 1)
PLACE = np.s_[10:24, 40:54]
"""The third area from the left in the upper half, and parts of its neighbours."""


def image(seed=0):
    return np.random.default_rng(seed).standard_normal((SIDE, SIDE, 1)).astype(np.float32)


def by_detail_in(place, weight=5.0):
    return lambda images: weight * np.abs(images[:, *place, 0]).mean(axis=(1, 2), dtype=np.float64)[:, np.newaxis]


def heatmap(place):
    made = np.zeros((SIDE, SIDE), np.float32)
    made[place] = 1
    return made


def test_the_map_of_the_evidence_agrees_and_others_do_not():
    found = area_effects(by_detail_in(PLACE), image(), WHOLE, heatmap(PLACE))
    assert found.agreement() > 0.9
    others = [random_map(SIDE, SIDE, seed) for seed in range(20)] + [heatmap(np.s_[40:54, 10:24])]
    values = [replace(found, marked=marked_areas(one, WHOLE)).agreement() for one in others]
    assert np.abs(values).max() < 0.6
    assert np.mean(values) == pytest.approx(0, abs=0.1)


def test_evidence_spread_over_the_image_can_be_agreed_with():
    """Half of the image speaks for the label, half against it: no area holds much, and the map says all of it."""
    weights = random_map(SIDE, SIDE, 7) - random_map(SIDE, SIDE, 7).mean()

    def evidence(images):
        return (np.abs(images[..., 0]) * weights).mean(axis=(1, 2)).astype(np.float64) * 50

    assert area_effects(evidence, image(), WHOLE, weights).agreement() > 0.9
    assert area_effects(evidence, image(), WHOLE, -weights).agreement() < -0.9


def test_a_constant_gain_on_hiding_anything_does_not_count_against_a_map():
    """Blur itself may raise a prediction: the more, the more it changes."""
    film = image()

    def evidence(images):
        return by_detail_in(PLACE)(images) - 3 * np.abs(images[..., 0]).mean(axis=(1, 2))[:, np.newaxis]

    assert (area_effects(evidence, film, WHOLE, heatmap(PLACE)).fall < 0).mean() > 0.5
    assert area_effects(evidence, film, WHOLE, heatmap(PLACE)).agreement() > 0.9


def test_pictures_of_the_middle_and_of_edges_are_worth_nothing():
    film = image()
    film[:, 35:] *= 3
    middle = np.s_[28:42, 28:42]
    change = np.abs(blurred(film[np.newaxis])[0] - film)[..., 0]
    found = area_effects(by_detail_in(middle), film, WHOLE, centre_map(SIDE, SIDE))
    assert found.agreement() == 0
    assert abs(replace(found, marked=found.change).agreement()) < 1e-6
    assert abs(replace(found, marked=marked_areas(change, WHOLE)).agreement()) < 0.6


@pytest.mark.parametrize("marked", [np.zeros((AREAS, AREAS)), np.full((AREAS, AREAS), 0.3)])
def test_a_map_that_is_the_same_everywhere_agrees_with_nothing(marked):
    found = area_effects(by_detail_in(PLACE), image(), WHOLE, heatmap(PLACE))
    assert replace(found, marked=marked).agreement() == 0


def test_agreement_is_of_any_strength_and_the_largest_effect_is_that_on_the_log_odds():
    random = np.random.default_rng(0)
    odds, logit = random.uniform(-1, 1, (2, AREAS, AREAS))
    strong = AreaEffects(marked=logit, fall=np.stack([odds, 10 * logit]), change=random.uniform(0, 1, (AREAS, AREAS)))
    weak = replace(strong, fall=strong.fall / 1000)
    assert strong.agreement() == pytest.approx(1) == weak.agreement()
    assert strong.largest == np.abs(odds).max() == pytest.approx(1000 * weak.largest)


def test_what_hiding_usually_takes_says_nothing_of_one_image():
    random = np.random.default_rng(0)
    usual, own, of_other, change = random.uniform(-1, 1, (4, AREAS, AREAS))
    found = AreaEffects(marked=own, fall=(3 * usual + own)[np.newaxis], change=change)
    other = replace(found, marked=3 * usual + of_other)
    assert other.agreement() > 0.7
    assert abs(other.agreement(usual)) < 0.3
    assert found.agreement() < 0.6
    assert found.agreement(usual) == pytest.approx(1)


def test_each_image_counts_as_much_in_what_is_usual():
    random = np.random.default_rng(1)
    falls = random.uniform(-1, 1, (3, 2, AREAS, AREAS))
    images = [AreaEffects(falls[0, 0], of, falls[0, 0]) for of in falls]
    strong = [replace(images[0], fall=100 * images[0].fall + 5), *images[1:]]
    np.testing.assert_allclose(usual_effects(strong), usual_effects(images), atol=1e-12)
    one = usual_effects(images[:1])
    assert (one.mean(), np.linalg.norm(one)) == (pytest.approx(0, abs=1e-12), pytest.approx(1))
    assert np.corrcoef(one.ravel(), falls[0, 0].ravel())[0, 1] == pytest.approx(1), "of the log odds"
    still = replace(images[0], fall=np.zeros_like(falls[0]))
    np.testing.assert_allclose(usual_effects([still, images[1]]), usual_effects([images[1]]) / 2)


def test_a_map_may_explain_the_logit_or_the_lead_over_other_labels():
    other = np.s_[45:60, 5:20]

    def scores(images):
        own, rival = (by_detail_in(place)(images)[:, 0] for place in (PLACE, other))
        return np.stack([0.3 * own - rival, own], axis=1)

    lead = heatmap(other) * -1 + heatmap(PLACE) * 0.3
    for right in (heatmap(PLACE), lead):
        assert area_effects(scores, image(), WHOLE, right).agreement() > 0.9
    assert area_effects(scores, image(), WHOLE, heatmap(other)).agreement() < 0.5


def test_padding_is_not_hidden_and_areas_lie_on_the_image():
    seen = []

    def evidence(images):
        before = sum(map(len, seen))
        seen.append(images)
        return np.arange(before, before + len(images), dtype=np.float64)

    film = image()
    found = area_effects(evidence, film, Placement(0.25, 0, 0.75, 1), heatmap(PLACE))
    images = np.concatenate(seen)
    left, right = round(SIDE / 4), round(SIDE * 3 / 4)
    np.testing.assert_array_equal(images[0], film)
    for one in images[1:]:
        changed = (one != film)[..., 0]
        assert not changed[:, :left].any()
        assert not changed[:, right:].any()
        assert changed.mean() == pytest.approx(0.5 / 25, rel=0.2)
    np.testing.assert_array_equal(found.fall.ravel(), -np.arange(1, AREAS**2 + 1))
    first = (images[1] != film)[..., 0]
    assert first[0, left], "rows from the top, areas from the left"
