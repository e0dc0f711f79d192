"""SmoothGrad: without noise it is the gradient, and on a linear network noise changes nothing."""

import numpy as np

from meddx.explain.methods import METHODS
from meddx.explain.methods.smooth_grad import NOISY_SAMPLES, SmoothGrad
from tests.explain.methods.networks import corner_detector, images, small


def test_without_noise_it_is_the_gradient():
    network = small()
    inputs = images(network)
    expected = METHODS["gradients"].build(network)(inputs, [0, 1, 2])
    np.testing.assert_allclose(SmoothGrad(network, noise=0)(inputs, [0, 1, 2]), expected, rtol=1e-3, atol=1e-6)


def test_on_a_linear_network_noise_changes_nothing():
    network = corner_detector()
    inputs = images(network)
    expected = METHODS["gradients"].build(network)(inputs, [0, 1])
    np.testing.assert_allclose(METHODS["smooth-grad"].build(network)(inputs, [0, 1]), expected, rtol=1e-5)


def test_the_counterpart_is_asked_for_as_many_samples():
    assert METHODS["smooth-grad"].counterpart.options == {"smooth_samples": NOISY_SAMPLES}
