"""What the Grad-CAM family has in common: one pass gives what each method gives alone."""

import numpy as np
import pytest

from meddx.explain.methods import METHODS
from meddx.explain.methods.grad_cam_family import CAM_RULES, build_family
from tests.explain.methods.networks import images, small


@pytest.mark.parametrize("name", CAM_RULES)
def test_the_family_gives_what_the_method_gives_alone(name):
    network = small()
    inputs = images(network)
    together = build_family(network)(inputs, [2, 0])[name]
    alone = METHODS[name].build(network)(inputs, [2, 0])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5 * alone.max())


def test_layer_cam_counts_only_gradients_above_zero():
    network = small()
    inputs = images(network)
    maps = build_family(network)(inputs, [0, 1, 2])
    assert (maps["layer-cam"] >= np.maximum(maps["hires-cam"], 0) - 1e-6).all()  # features are never below zero
