"""What a row says of a method's cost, against the images that went forwards and back through a network."""

import keras
import pytest
import tensorflow as tf
from keras import layers

from meddx.explain.methods import METHODS, QUICK
from tests.explain.methods.networks import images

CHANNELS = 1000
"""About as many as the last layers of DenseNet121 and EfficientNet have."""
LABELS = [0, 1, 2]


class Counter(layers.Layer):
    """Hands its input on, and counts the images that pass it forwards and back."""

    def build(self, shape):
        self.passed = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False)

    def call(self, images):
        @tf.custom_gradient
        def counted(images):
            self.passed.value.assign_add(tf.shape(images)[0])

            def back(gradient):
                self.passed.value.assign_add(tf.shape(gradient)[0])
                return gradient

            return tf.identity(images), back

        return counted(images)


@pytest.fixture(scope="module")
def counting():
    """(network of 224 x 224 pixels and CHANNELS features, its counter)"""
    keras.utils.set_random_seed(4)
    image, counter = keras.Input((224, 224, 1)), Counter()
    features = layers.Conv2D(CHANNELS, 3, strides=32, activation="relu")(counter(image))
    network = keras.Model(image, [features, layers.Dense(len(LABELS))(layers.GlobalAveragePooling2D()(features))])
    return network, counter


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_an_image_costs_about_as_many_passes_as_the_row_says(method, counting):
    network, counter = counting
    explain, image = method.build(network), images(network, 1)
    before = int(counter.passed.numpy())
    explain(image, LABELS)
    passes = int(counter.passed.numpy()) - before
    assert (passes <= QUICK) == method.quick
    assert passes <= 1.5 * method.passes
    if method.name != "integrated-gradients":  # it takes as many steps as the network's bends ask for, here few
        assert passes >= method.passes / 1.5
