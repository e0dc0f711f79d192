"""SmoothGrad: without noise it is the gradient, and on a linear network noise changes nothing."""

from meddx.explain.methods import METHODS
from meddx.explain.methods.smooth_grad import NOISY_SAMPLES, SmoothGrad
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import corner_detector, images, small


def test_without_noise_it_is_the_gradient():
    network = small()
    inputs = images(network)
    expected = METHODS["gradients"].build(network)(inputs, [0, 1, 2])
    assert_rounds_alike(SmoothGrad(network, noise=0)(inputs, [0, 1, 2]), expected, products(network))


def test_on_a_linear_network_noise_changes_nothing():
    network = corner_detector()
    inputs = images(network)
    expected = METHODS["gradients"].build(network)(inputs, [0, 1])
    assert_rounds_alike(METHODS["smooth-grad"].build(network)(inputs, [0, 1]), expected, products(network))


def test_the_counterpart_is_asked_for_as_many_samples():
    assert METHODS["smooth-grad"].counterpart.options == {"smooth_samples": NOISY_SAMPLES}
