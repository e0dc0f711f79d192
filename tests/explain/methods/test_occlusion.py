"""Occlusion on a network whose answer is known."""

import numpy as np
from scipy.ndimage import gaussian_filter

from meddx.explain.methods import METHODS
from tests.arithmetic import products, rounding
from tests.explain.methods.networks import corner_detector


def test_each_cell_has_the_mean_fall_of_the_logit_over_its_patches():
    network = corner_detector()
    image = np.random.default_rng(3).random((1, 28, 28, 1), np.float32)
    maps = METHODS["occlusion"].build(network)(image, [0, 1])[0]
    assert maps.shape == (2, 14, 14)

    # By hand: cells of two pixels, patches of two cells. A linear network's logit falls by the difference of the
    # image and its blur, summed over the part of the patch that the label looks at.
    lost = image[0, :, :, 0] - gaussian_filter(image[0, :, :, 0], 28 / 16, mode="nearest", truncate=3)
    looked = np.zeros((2, 28, 28))
    looked[0, :14, :14], looked[1, 14:, 14:] = 1, -2
    near = rounding(products(network), np.abs(network(image)[1]).max())
    for label in range(2):
        fall = looked[label] * lost
        for row in range(14):
            for column in range(14):
                patches = [
                    fall[2 * r : 2 * r + 4, 2 * c : 2 * c + 4].sum()
                    for r in (row - 1, row)
                    for c in (column - 1, column)
                    if 0 <= r <= 12 and 0 <= c <= 12
                ]
                assert abs(maps[label, row, column] - np.mean(patches)) < near
    assert np.abs(maps[0, 8:]).max() < near < np.abs(maps[0]).max() / 100
    assert np.abs(maps[1, :6]).max() < near < np.abs(maps[1]).max() / 100
