"""Gradients on a linear network are its weights."""

import numpy as np

from meddx.explain.methods import METHODS
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import corner_detector, images


def test_on_a_linear_network_the_map_is_the_size_of_its_weights():
    network = corner_detector()
    maps = METHODS["gradients"].build(network)(images(network), [1, 0])
    expected = np.zeros((3, 2, 28, 28))
    expected[:, 0, 14:, 14:] = 2
    expected[:, 1, :14, :14] = 1
    assert_rounds_alike(maps, expected, products(network))
