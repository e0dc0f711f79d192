"""Augmented Grad-CAM: the map of the moved image, moved back."""

import numpy as np

from meddx.explain.methods import METHODS
from meddx.explain.methods.augmented_grad_cam import shifted
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import corner_detector, images, small


def test_moving_there_and_back_changes_only_the_edges():
    images = np.random.default_rng(0).random((2, 9, 9, 1)).astype(np.float32)
    back = shifted(shifted(images, 2, -1, axis=1), -2, 1, axis=1)
    np.testing.assert_array_equal(back[:, :7, 1:], images[:, :7, 1:])


def test_a_move_goes_down_and_across():
    image = np.zeros((1, 5, 5, 1), np.float32)
    image[0, 1, 1] = 1
    assert shifted(image, 2, 1, axis=1)[0, 3, 2] == 1


def test_where_a_cell_is_one_pixel_there_is_nothing_to_move_and_it_is_grad_cam():
    network = corner_detector()
    inputs = images(network)
    found, plain = (METHODS[name].build(network)(inputs, [0, 1]) for name in ("augmented-grad-cam", "grad-cam"))
    assert plain.max() > 0
    assert_rounds_alike(found, plain, products(network))


def test_it_is_as_fine_as_the_image():
    network = small()
    assert METHODS["augmented-grad-cam"].build(network)(images(network), [0, 1]).shape == (3, 2, 32, 32)
