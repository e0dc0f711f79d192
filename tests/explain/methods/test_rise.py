"""RISE on a network whose answer is known, and what follows from its being linear in the logits."""

import keras
import numpy as np
import pytest
from keras import layers

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.rise import Rise
from tests.explain.methods.networks import corner_detector


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(3).random((1, 28, 28, 1), np.float32)


@pytest.fixture(scope="module")
def maps(image):
    return Rise(corner_detector())(image, [0, 1])[0]


def spline(distance):
    """Cubic B-spline with knots a cell of four pixels apart: how masks at two places go together."""
    u = np.abs(distance) / 4
    return np.where(u < 1, 2 / 3 - u**2 + u**3 / 2, np.where(u < 2, (2 - u) ** 3 / 6, 0)) * 3 / 2


def test_on_a_linear_network_it_is_what_each_place_gives_spread_by_how_masks_go_together(maps, image):
    gives = np.zeros((2, 28, 28))
    lost = (image - blurred(image))[0, ..., 0]
    gives[0, :14, :14], gives[1, 14:, 14:] = lost[:14, :14], -2 * lost[14:, 14:]
    together = spline(np.subtract.outer(np.arange(28), np.arange(28)))
    for found, expected in zip(maps, together @ gives @ together, strict=True):
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.9
        assert abs(np.linalg.norm(found) / np.linalg.norm(expected) - 1) < 0.25


def test_a_brighter_spot_that_the_label_looks_at_is_found_and_one_elsewhere_is_not():
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, 5:9, 5:9] = image[0, 19:23, 5:9] = 1  # label 0 looks at the first only
    found = Rise(corner_detector())(image, [0])[0, 0]
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert 4 <= row <= 9
    assert 4 <= column <= 9
    assert np.abs(found[19:23, 5:9]).max() < 0.2 * found.max()


def test_the_map_of_a_sum_of_logits_is_the_sum_of_their_maps(maps, image):
    network = corner_detector()
    adding = layers.Dense(1, use_bias=False)
    added = adding(network.outputs[1])
    adding.set_weights([np.array([[1.0], [1.0]])])
    summed = Rise(keras.Model(network.inputs[0], [network.outputs[0], added]))(image, [0])[0, 0]
    np.testing.assert_allclose(summed, maps.sum(axis=0), rtol=1e-3, atol=1e-3 * np.abs(maps).max())


def test_a_constant_network_has_no_evidence_anywhere(image):
    network = corner_detector()
    weights = network.layers[-1].get_weights()
    network.layers[-1].set_weights([np.zeros_like(weights[0])])
    assert not Rise(network)(image, [0]).any()
