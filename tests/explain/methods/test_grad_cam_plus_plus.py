"""Grad-CAM++ on features and gradients small enough to work it out by hand."""

import numpy as np
import tensorflow as tf

from meddx.explain.methods.grad_cam_plus_plus import rule


def of_one_channel(features, gradients):
    """Its map (places,) of a row of places."""
    shaped = (tf.constant(np.float32(one)[np.newaxis, np.newaxis, :, np.newaxis]) for one in (features, gradients))
    activation, gradient = shaped
    return rule(activation, gradient[:, tf.newaxis]).numpy()[0, 0, 0]


def test_where_all_gradients_are_equal_the_weight_is_that_gradient():
    np.testing.assert_allclose(of_one_channel([1, 2, 4], [3, 3, 3]), [3, 6, 12], rtol=1e-6)


def test_gradients_above_zero_share_the_weight_by_equation_19():
    # Features add up to 4. Shares 1 / (2 + 4 g) of the gradients 1 and 2: 1/6 and 1/10, brought to add up to one:
    # 5/8 and 3/8. Weight 5/8 * 1 + 3/8 * 2 = 11/8; the gradient below zero has no share.
    np.testing.assert_allclose(of_one_channel([1, 3, 0], [1, 2, -5]), np.array([1, 3, 0]) * 11 / 8, rtol=1e-6)


def test_a_channel_that_only_lowers_the_logit_has_no_weight():
    assert not of_one_channel([1, 2, 4], [-1, 0, -3]).any()


def test_where_the_equation_divides_by_zero_the_place_has_no_share():
    # Features add up to -1, so that 2 + sum * gradient is 0 for the gradient 2: all weight is the other's, 1.
    np.testing.assert_allclose(of_one_channel([1, -2, 0], [2, 1, 0]), [1, 0, 0], rtol=1e-6)
