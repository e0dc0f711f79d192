"""LayerCAM: HiResCAM that counts only gradients above zero."""

import numpy as np
import tensorflow as tf

from meddx.explain.methods.grad_cam_family import build_family
from meddx.explain.methods.layer_cam import rule
from tests.explain.methods.networks import images, small


def test_each_place_is_weighed_by_its_own_gradient_where_that_is_above_zero():
    features = np.array([[[2.0, 3.0], [5.0, 7.0]]], np.float32)[np.newaxis]  # a row of two places, two channels
    gradients = np.array([[[1.0, -1.0], [-4.0, 0.5]]], np.float32)[np.newaxis, np.newaxis]
    np.testing.assert_allclose(rule(tf.constant(features), tf.constant(gradients)), [[[[2 * 1.0, 7 * 0.5]]]])


def test_it_is_nowhere_below_hires_cam():
    network = small()
    maps = build_family(network)(images(network), [0, 1, 2])
    assert maps["layer-cam"].max() > 0
    assert (maps["layer-cam"] >= np.maximum(maps["hires-cam"], 0) - 1e-6).all()  # features are never below zero
