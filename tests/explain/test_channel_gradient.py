"""The short way to the gradient summed over positions, against a tape that goes the long way."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from meddx.explain.channel_gradient import channel_gradient
from tests.arithmetic import assert_rounds_alike, products


def network(head, hidden=None):
    """Features (7, 7, 4) of an image of 9 x 9 pixels, `head`, a hidden Dense layer if asked for, two logits."""
    keras.utils.set_random_seed(11)
    image = keras.Input((9, 9, 1))
    features = layers.Conv2D(4, 3, activation="relu")(image)
    x = head(features)
    x = x if hidden is None else layers.Dense(6, activation=hidden)(x)
    return keras.Model(image, [features, layers.Dense(2)(x)])


def pooled_and_flat(x):
    return layers.Flatten()(layers.MaxPooling2D(2)(layers.Dropout(0.5)(x)))


HEADS = {
    "pooled": (layers.GlobalAveragePooling2D, None, "pooled", False),
    "flat": (lambda: pooled_and_flat, None, "dense", False),
    "flat, rectified": (lambda: pooled_and_flat, "relu", "dense", True),
    "flat, tanh": (lambda: pooled_and_flat, "tanh", "pooled map", False),
    "convolved": (lambda: lambda x: layers.GlobalMaxPooling2D()(layers.Conv2D(3, 3)(x)), None, "features", False),
}


@pytest.mark.parametrize("name", HEADS)
def test_it_is_the_sum_that_a_tape_finds(name):
    head, hidden, _, _ = HEADS[name]
    model = network(head(), hidden)
    way = channel_gradient(model)
    images = np.random.default_rng(1).normal(size=(5, 9, 9, 1)).astype(np.float32)
    both = keras.Model(model.inputs[0], [way.anchor, model.outputs[1]])

    @tf.function
    def short(inputs):
        anchor, logits = both(inputs, training=False)
        return tf.stack([way(tf.gradients(logits[:, label], anchor)[0], anchor) for label in (0, 1)], axis=1)

    back = keras.Model(model.outputs[0], model.outputs[1])
    features = model(images, training=False)[0]
    for label in (0, 1):
        with tf.GradientTape() as tape:
            tape.watch(features)
            logit = back(features, training=False)[:, label]
        expected = tf.reduce_sum(tape.gradient(logit, features), axis=(1, 2)).numpy()
        assert np.abs(expected).max() > 0
        assert_rounds_alike(short(images)[:, label], expected, products(model))


@pytest.mark.parametrize("name", HEADS)
def test_it_begins_as_near_the_logits_as_the_head_allows(name):
    head, hidden, anchor, rectified = HEADS[name]
    way = channel_gradient(network(head(), hidden))
    shapes = {"pooled": (4,), "dense": (6,) if hidden else (2,), "pooled map": (3, 3, 4), "features": (7, 7, 4)}
    assert way.anchor.shape[1:] == shapes[anchor]
    assert (way.weights is not None) == (anchor == "dense")
    assert way.rectified == rectified
