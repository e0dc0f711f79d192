"""The compiled passes against the network itself, and against weights that are the gradient."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from meddx.explain.methods.compiled_passes import ByLabel, Logits, gradients
from meddx.explain.methods.explainer import images_at_once
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import corner_detector, images, small


def test_logits_are_the_networks_for_any_number_of_images():
    network = small()
    many = np.tile(images(network), (images_at_once(32, 32) // 3 + 1, 1, 1, 1))
    logits = Logits(network)(many)
    assert logits.dtype == np.float32
    assert_rounds_alike(logits, network(many)[1], products(network))


def test_a_pass_is_compiled_once_for_each_number_of_labels():
    network = small()
    traced = []

    def compute(inputs, labels, number):
        traced.append(number)
        return {"chosen": tf.gather(network(inputs, training=False)[1], labels, axis=1)}

    by_label = ByLabel(network, compute)
    inputs = images(network)
    for labels in ([0, 1], [2, 0], [1], [1, 2], [0]):
        expected = network(inputs)[1].numpy()[:, labels]
        assert_rounds_alike(by_label(inputs, labels)["chosen"], expected, products(network))
    assert sorted(traced) == [1, 2]


def slopes(network, labels):
    """Of the network's logits by its images."""

    def compute(inputs, labels, number):
        return {"slopes": gradients(network(inputs, training=False)[1], inputs, labels, number)}

    return ByLabel(network, compute)(images(network), labels)["slopes"]


def test_the_gradients_of_a_linear_network_are_its_weights_label_by_label():
    network = corner_detector()
    weights = network.layers[-1].get_weights()[0].reshape(28, 28, 2)
    found = slopes(network, [1, 0])
    assert found.shape == (3, 2, 28, 28, 1)
    np.testing.assert_allclose(found[..., 0], np.broadcast_to(weights.transpose(2, 0, 1)[::-1], (3, 2, 28, 28)))


@pytest.mark.parametrize("label", [0, 1])
def test_a_logit_that_does_not_hang_on_the_image_has_gradients_of_zero(label):
    image = keras.Input((8, 8, 1))
    network = keras.Model(image, [image, layers.Lambda(lambda x: tf.zeros((tf.shape(x)[0], 2)), (2,))(image)])
    assert not slopes(network, [label]).any()
