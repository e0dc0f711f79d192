"""Deletion and insertion on functions whose evidence lies in a known place."""

import numpy as np
import pytest

from meddx.explain.map_check.faithfulness import (
    HIDDEN_SHARES,
    PartiallyBlurred,
    centre_map,
    deletion_curves,
    random_map,
)
from meddx.types import Placement

SIDE = 48
WHOLE = Placement(0, 0, 1, 1)
CORNER = np.s_[:8, :8]
"""A thirty-sixth of the image, less than the second of SHARES."""


def checkered():
    """Detail everywhere, which the blur takes away."""
    rows, columns = np.indices((SIDE, SIDE))
    return ((rows + columns) % 2).astype(np.float32)[..., np.newaxis]


def in_the_corner(images):
    """Log odds: 6 with the corner's detail, -2 without."""
    return 16.0 * images[:, *CORNER, 0].std(axis=(1, 2)) - 2


def corner_map():
    heatmap = np.zeros((SIDE, SIDE), np.float32)
    heatmap[CORNER] = 1
    return heatmap


def effects(evidence, image=None, placement=WHOLE, **maps):
    image = checkered() if image is None else image
    partly = PartiallyBlurred(image, placement)
    curves = deletion_curves(evidence, partly, {name: partly.order(one) for name, one in maps.items()})
    return {name: curve.effect for name, curve in curves.items()}


def test_a_perfect_map_takes_all_the_evidence_away_and_others_little():
    maps = {f"random {seed}": random_map(SIDE, SIDE, seed) for seed in range(6)}
    found = effects(in_the_corner, corner=corner_map(), centre=centre_map(SIDE, SIDE), **maps)
    assert found.pop("corner") > 0.8
    assert found.pop("centre") < 0.05
    assert np.mean(list(found.values())) < 0.3


def test_hiding_a_share_blurs_that_share_and_showing_is_its_opposite():
    image = checkered()
    partly = PartiallyBlurred(image, WHOLE)
    order = partly.order(corner_map())
    for share in HIDDEN_SHARES:
        hidden = partly.without(order, share)
        shown = partly.without(order[::-1], 1 - share)
        changed = (hidden != image).any(axis=-1)
        assert changed.mean() == pytest.approx(share, abs=0.001)
        np.testing.assert_array_equal(changed, (shown == image).any(axis=-1))
    assert changed[CORNER].all()


def test_padding_stays_as_it_is():
    image = checkered()
    partly = PartiallyBlurred(image, Placement(0.25, 0, 0.75, 1))
    all_hidden = partly.without(partly.order(corner_map()), 1.0)
    np.testing.assert_array_equal(all_hidden[:, : SIDE // 4], image[:, : SIDE // 4])
    np.testing.assert_array_equal(all_hidden[:, -SIDE // 4 :], image[:, -SIDE // 4 :])
    assert (all_hidden[:, SIDE // 4 : -SIDE // 4] != image[:, SIDE // 4 : -SIDE // 4]).all()


def test_an_answer_that_hardly_hangs_on_the_image_is_no_faithful_map():
    """A tenth of a log odd, all of it in the corner: the map is right, and explains next to nothing."""
    assert effects(lambda images: in_the_corner(images) / 80, corner=corner_map())["corner"] < 0.11


def test_a_map_of_the_wrong_places_is_no_better_than_chance():
    wrong = corner_map()[::-1, ::-1]
    assert effects(in_the_corner, wrong=wrong)["wrong"] == pytest.approx(0, abs=0.1)


def test_as_many_images_are_asked_about_as_the_progress_expects():
    asked = []
    partly = PartiallyBlurred(checkered(), WHOLE)

    def evidence(images):
        asked.append(len(images))
        return in_the_corner(images)

    deletion_curves(evidence, partly, {"a": partly.order(corner_map()), "b": partly.order(centre_map(SIDE, SIDE))})
    assert sum(asked) == 2 + 2 * 2 * len(HIDDEN_SHARES)
