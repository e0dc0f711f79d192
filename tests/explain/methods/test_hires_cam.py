"""HiResCAM: equal to Grad-CAM on a linear head, complete there, and right where Grad-CAM is not."""

import numpy as np

from meddx.explain.methods import METHODS
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import corner_detector, global_average, images


def test_with_global_average_pooling_and_a_dense_layer_it_is_grad_cam_before_the_relu():
    network = global_average()
    inputs = images(network)
    signed = METHODS["hires-cam"].build(network)(inputs, [0, 1, 2])
    grad_cam = METHODS["grad-cam"].build(network)(inputs, [0, 1, 2])
    assert (signed < 0).any()
    assert_rounds_alike(np.maximum(signed, 0), grad_cam, products(network))


def test_behind_a_linear_head_the_map_adds_up_to_the_logit():
    network = global_average()
    inputs = images(network)
    signed = METHODS["hires-cam"].build(network)(inputs, [0, 1, 2])
    _, logits = network(inputs)
    assert_rounds_alike(signed.sum(axis=(2, 3)), logits, products(network))  # its biases are zero


def test_it_finds_exactly_what_the_network_looks_at():
    network = corner_detector()
    inputs = images(network)
    maps = METHODS["hires-cam"].build(network)(inputs, [0, 1])
    expected = np.zeros_like(maps)
    expected[:, 0, :14, :14] = inputs[:, :14, :14, 0]
    expected[:, 1, 14:, 14:] = -2 * inputs[:, 14:, 14:, 0]
    assert_rounds_alike(maps, expected, products(network))
