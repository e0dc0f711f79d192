"""The whole test of a map, on networks small enough to know the answer of."""

import numpy as np
import pytest

from meddx.explain.map_check import map_checker
from meddx.explain.map_check.map_checker import MapChecker
from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_check.verdicts import measure_values
from meddx.explain.methods import METHODS
from meddx.types import Placement
from tests.explain.methods.networks import corner_detector, global_average, images

WHOLE = Placement(0, 0, 1, 1)
LEAST = 0.02


class Fixed:
    """A map that no network and no image has part in."""

    def __init__(self, heatmap):
        self._heatmap = heatmap

    def __call__(self, inputs, labels, progress=None):
        return np.broadcast_to(self._heatmap, (len(inputs), len(labels), *self._heatmap.shape))


def log_odds(logits):
    return np.asarray(logits, np.float64)


def checkered():
    """Bright and dark squares of two pixels, in the upper left quarter only, with nothing in the middle of the
    image.
    """
    rows, columns = np.indices((28, 28))
    image = np.where((rows // 2 + columns // 2) % 2 == 0, 1.0, -1.0) * 0.1
    image[:10, :10] = 1
    return image.astype(np.float32)[..., np.newaxis]


@pytest.fixture(scope="module")
def hires():
    model = corner_detector()
    test = MapChecker(NetworkPair(model), "hires-cam", METHODS["hires-cam"].build)
    return test(checkered(), 0, WHOLE, log_odds)


def test_the_map_that_is_tested_is_the_methods_own(hires):
    _, heatmap = hires
    model = corner_detector()
    np.testing.assert_allclose(heatmap, METHODS["hires-cam"].build(model)(checkered()[np.newaxis], [0])[0, 0])


def test_the_exact_map_of_a_linear_network_is_faithful_learned_specific_and_steady(hires):
    found = measure_values(hires[0], LEAST)
    assert found["faithful"] > 0.5
    assert found["learned"] > 0.5
    assert found["specific"] > 0.5


def test_a_map_that_no_network_has_part_in_is_found_out():
    corner = np.zeros((28, 28), np.float32)
    corner[20:, 20:] = 1
    numbers, _ = MapChecker(NetworkPair(corner_detector()), "fixed", lambda network: Fixed(corner))(
        checkered(), 0, WHOLE, log_odds
    )
    found = measure_values(numbers, LEAST)
    assert found["faithful"] < 0.1
    assert found["learned"] == pytest.approx(0)
    assert found["specific"] == pytest.approx(0)


def test_a_map_of_nothing_is_said_to_be_one():
    nothing = np.zeros((4, 4), np.float32)
    numbers, _ = MapChecker(NetworkPair(corner_detector()), "nothing", lambda network: Fixed(nothing))(
        checkered(), 0, WHOLE, log_odds
    )
    assert not numbers.marks


def test_the_same_image_gets_the_same_numbers_and_the_network_stays_as_it_is():
    model = global_average()
    before = model.get_weights()
    test = MapChecker(NetworkPair(model), "grad-cam", METHODS["grad-cam"].build)
    image = images(model)[-1]
    first, second = (measure_values(test(image, 0, WHOLE, log_odds)[0], LEAST) for _ in range(2))
    assert first == second
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_weaker_noise_is_tried_where_the_answer_notices_it(monkeypatch):
    model = global_average()
    test = MapChecker(NetworkPair(model), "grad-cam", METHODS["grad-cam"].build)
    told = []

    def tested():
        return test(images(model)[-1], 0, WHOLE, log_odds, lambda done, total, message: told.append((done, total)))[0]

    monkeypatch.setattr(map_checker, "LARGEST_PROBABILITY_CHANGE", 1.0)
    never_noticed = tested()
    monkeypatch.setattr(map_checker, "LARGEST_PROBABILITY_CHANGE", 0.0)
    always_noticed = tested()
    assert always_noticed.passes == never_noticed.passes + 2 * map_checker.NOISY_COPIES
    assert told[-1] == (always_noticed.passes, always_noticed.passes)
    for (strong, _), (weak, _) in zip(never_noticed.noisy, always_noticed.noisy, strict=True):
        assert abs(weak) < abs(strong) / 2


def test_progress_counts_up_to_the_images_asked_about_and_names_what_comes():
    model = global_average()
    told = []
    test = MapChecker(NetworkPair(model), "gradients", METHODS["gradients"].build, passes=3)
    numbers, _ = test(
        images(model)[0], 0, WHOLE, log_odds, lambda done, total, message: told.append((done, total, message))
    )
    done = [one[0] for one in told]
    assert done == sorted(done)
    assert told[-1][0] == told[-1][1] == numbers.passes
    assert len({message for _, _, message in told}) == 4
    assert max(np.diff(done)) <= 12
