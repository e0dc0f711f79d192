"""The quick check of a map, on a network whose evidence is the brightness of one corner."""

from functools import partial

import numpy as np
import pytest

from meddx.config import ROOT
from meddx.explain.map_check.area_effects import scores_of_label
from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_check.quick_check import copies_with_noise, expected_passes, quick_check, quick_measures
from meddx.explain.map_check.verdicts import overall_verdict, verdict_thresholds
from meddx.explain.methods import METHODS
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.loading import load_model
from meddx.model.postprocessing import log_odds
from meddx.types import Placement

WHOLE = Placement(0, 0, 1, 1)
SIZE, SPOT = 48, slice(6, 14)


def spotted():
    """A dark image with a bright spot in one corner, 1 % of noise on it."""
    image = np.random.default_rng(0).normal(0, 0.01, (SIZE, SIZE, 1)).astype(np.float32)
    image[SPOT, SPOT] += 1
    return image


def scores(images):
    """Log odds that hang on how much brighter than its surroundings the spot is, and a logit of the same."""
    odds = 12.0 * (images[:, SPOT, SPOT].mean((1, 2, 3)) - images.mean((1, 2, 3))) - 3.0
    return np.stack([odds, odds], axis=1)


def at(rows, columns):
    heatmap = np.zeros((SIZE, SIZE), np.float32)
    heatmap[rows, columns] = 1
    return heatmap


RIGHT, WRONG = at(SPOT, SPOT), at(slice(30, 38), slice(30, 38))


def checked(heatmap, other=WRONG, draw=None, copies=2):
    maps = np.stack([other, heatmap])
    drawn = draw or (lambda images: np.stack([heatmap] * len(images)))
    return quick_check(spotted(), 1, WHOLE, maps=maps, scores=scores, draw=drawn, copies=copies)


def verdicts(numbers):
    measures = quick_measures(numbers, ["other", "spot"], verdict_thresholds())
    return {measure.name: measure.verdict for measure in measures}, overall_verdict(measures)


def test_a_map_of_what_the_answer_hangs_on_passes_and_one_beside_it_fails():
    assert verdicts(checked(RIGHT)) == ({"faithful": "good", "steady": "good", "specific": "good"}, "reliable")
    by_name, verdict = verdicts(checked(WRONG, other=RIGHT))
    assert (by_name["faithful"], verdict) == ("bad", "not to be relied on")


def test_maps_of_untrained_networks_fail_even_where_they_are_right_about_their_network():
    """They agree with what hiding does, which is next to nothing: nothing was learned."""
    loaded = load_model(ROOT / "models" / "phantom-cnn")
    networks, thresholds = NetworkPair(loaded.network), verdict_thresholds(loaded.card.weights.sha256)
    image, placement = model_input(read_image(phantom_dicom(chest_phantom(4_000_000))), loaded.card.input)
    checks = []
    for seed in range(4):
        networks.shuffle(1.0, seed)

        def odds(images):
            logits = networks(images)["logits"]
            return scores_of_label(logits, partial(log_odds, card=loaded.card), 1)

        maps = networks(image[np.newaxis])["hires-cam"][0]
        numbers = quick_check(image, 1, placement, maps=maps, scores=odds, draw=lambda images: images, copies=0)
        checks.append(
            (
                numbers.areas.agreement(),
                overall_verdict(quick_measures(numbers, ["a", "b"], thresholds)),
            )
        )
    assert max(agreement for agreement, _ in checks) > thresholds.bounds["faithful"].good_from
    assert {verdict for _, verdict in checks} == {"not to be relied on"}


def test_a_map_that_noise_changes_fails_although_the_answer_hangs_on_it():
    def draw(images):
        return np.random.default_rng(1).random((len(images), SIZE, SIZE), np.float32)

    assert verdicts(checked(RIGHT, draw=draw)) == (
        {"faithful": "good", "steady": "bad", "specific": "good"},
        "not to be relied on",
    )


def test_a_map_that_is_the_same_for_another_label_fails():
    by_name, verdict = verdicts(checked(RIGHT, other=RIGHT))
    assert (by_name["specific"], verdict) == ("bad", "not to be relied on")


def test_without_noisy_copies_nothing_is_drawn_again_and_stability_is_left_out():
    def draw(images):
        raise AssertionError("nothing is to be drawn")

    assert verdicts(checked(RIGHT, draw=draw, copies=0)) == ({"faithful": "good", "specific": "good"}, "reliable")


def test_it_takes_50_to_71_passes_whatever_the_method():
    assert {expected_passes(name) for name in METHODS} <= set(range(50, 72))
    assert [copies_with_noise(name) for name in ("hires-cam", "augmented-grad-cam", "rise")] == [2, 1, 0]
    assert checked(RIGHT).passes == expected_passes("grad-cam") - 2, "maps of noisy copies are drawn elsewhere"


@pytest.mark.parametrize(("heatmap", "marks"), [(RIGHT, True), (np.zeros((SIZE, SIZE), np.float32), False)])
def test_it_says_whether_the_map_marks_anything(heatmap, marks):
    assert checked(heatmap).marks is marks
