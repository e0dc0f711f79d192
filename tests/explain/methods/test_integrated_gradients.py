"""Integrated Gradients: exact on a linear network, nothing where nothing changes (the paper's sensitivity axiom)."""

import numpy as np

from meddx.explain.baseline import blurred
from meddx.explain.methods import METHODS
from tests.explain.methods.networks import corner_detector, films, small


def test_on_a_linear_network_it_is_weight_times_change():
    network = corner_detector()
    inputs = films(network)
    maps = METHODS["integrated-gradients"].build(network)(inputs, [0, 1])
    change = (inputs - blurred(inputs))[..., 0]
    expected = np.zeros_like(maps)
    expected[:, 0, :14, :14] = change[:, :14, :14]
    expected[:, 1, 14:, 14:] = -2 * change[:, 14:, 14:]
    np.testing.assert_allclose(maps, expected, rtol=1e-3, atol=1e-5)


def test_a_flat_film_has_nothing_to_explain():
    network = small()
    flat = np.full((1, 32, 32, 1), 0.5, np.float32)
    assert np.abs(METHODS["integrated-gradients"].build(network)(flat, [0, 1, 2])).max() < 1e-6


def test_it_adds_up_to_the_difference_of_the_logits():
    network = small()
    inputs = films(network)
    maps = METHODS["integrated-gradients"].build(network)(inputs, [0, 1, 2])
    difference = network(inputs)[1].numpy() - network(blurred(inputs))[1].numpy()
    np.testing.assert_allclose(maps.sum(axis=(2, 3)), difference, rtol=0.01, atol=0.01)
