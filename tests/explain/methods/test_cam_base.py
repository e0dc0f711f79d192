"""The pass that the Grad-CAM family shares, with rules whose maps can be worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf

from meddx.explain.methods.cam_base import Cam, CamPass
from meddx.explain.methods.explainer import images_at_once
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import global_average, images


def of_gradients(features, gradients):
    """The sum of the gradients over channels: after global average pooling and Dense, the same at every place."""
    return tf.reduce_sum(gradients, axis=-1)


def of_features(features, gradients):
    """One map for every label."""
    return tf.reduce_sum(features, axis=-1)[:, tf.newaxis]


@pytest.fixture(scope="module")
def network():
    return global_average()


def test_a_rule_is_given_features_and_the_gradients_of_the_labels_asked_for(network):
    features, _ = network(images(network))
    weights = network.layers[-1].get_weights()[0].sum(axis=0)
    maps = CamPass(network, {"features": of_features, "gradients": of_gradients})(images(network), [2, 0])
    rows, columns = features.shape[1:3]
    expected = np.broadcast_to(weights[[2, 0], np.newaxis, np.newaxis] / (rows * columns), (3, 2, rows, columns))
    assert_rounds_alike(maps["gradients"], expected, products(network))
    assert_rounds_alike(maps["features"][:, 0], features.numpy().sum(axis=-1), products(network))


def test_a_map_of_no_label_is_handed_back_for_each(network):
    maps = Cam(network, of_features)(images(network), [1, 0, 2])
    assert maps.shape[:2] == (3, 3)
    assert np.ptp(maps) > 0
    np.testing.assert_array_equal(maps, np.repeat(maps[:, :1], 3, axis=1))


def test_more_images_than_fit_in_one_pass_are_all_answered_in_order(network):
    many = np.tile(images(network), (images_at_once(16, 16) // 3 + 2, 1, 1, 1))
    told = []
    maps = Cam(network, of_features)(many, [0], lambda done, total: told.append((done, total)))
    assert told == [(0, len(many)), (images_at_once(16, 16), len(many))]
    few = Cam(network, of_features)(images(network), [0])
    assert_rounds_alike(maps, np.tile(few, (len(many) // 3, 1, 1, 1)), products(network))
