"""The blurred image: what is hidden keeps its brightness and loses its detail."""

import numpy as np
from scipy.ndimage import gaussian_filter

from meddx.explain.blurred_baseline import BLUR_WIDTH, blurred


def test_each_image_and_channel_is_blurred_alone_by_a_share_of_the_longer_side():
    images = np.random.default_rng(0).random((2, 32, 48, 3), np.float32)
    soft = blurred(images)
    assert soft.dtype == np.float32
    for image in range(2):
        for channel in range(3):
            expected = gaussian_filter(images[image, ..., channel], 48 * BLUR_WIDTH, mode="nearest", truncate=3)
            np.testing.assert_allclose(soft[image, ..., channel], expected, rtol=1e-5, atol=1e-6)


def test_an_even_image_stays_as_it_is_up_to_its_edges():
    np.testing.assert_allclose(blurred(np.full((1, 32, 32, 1), 0.7, np.float32)), 0.7, rtol=1e-5)


def test_fine_detail_goes_and_its_brightness_stays():
    rows, columns = np.indices((64, 64))
    checkered = ((rows + columns) % 2).astype(np.float32)[np.newaxis, ..., np.newaxis]
    soft = blurred(checkered)
    np.testing.assert_allclose(soft[:, 12:-12, 12:-12], 0.5, atol=0.001)
    assert np.ptp(soft) < 0.3  # at the edges the outermost pixels count more
