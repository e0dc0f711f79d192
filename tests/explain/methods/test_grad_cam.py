"""Grad-CAM as one of the methods is the Grad-CAM that comes with every prediction."""

import numpy as np

from meddx.explain.gradcam import GradCam
from meddx.explain.methods import METHODS
from tests.explain.methods.networks import images, small


def test_it_gives_the_maps_of_the_prediction():
    network = small()
    inputs = images(network)
    maps = METHODS["grad-cam"].build(network)(inputs, [0, 1, 2])
    assert maps.max() > 0
    np.testing.assert_allclose(maps, GradCam(network)(inputs)[1], rtol=1e-4, atol=1e-6)
