"""The closed form of the gradient of every logit, against a tape."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from meddx.explain.closed_form import channel_gradients
from meddx.explain.explained_network import explained_network
from tests.arithmetic import assert_rounds_alike


def network(head, *, inputs=()):
    """Features (7, 7, 4) of an image of 9 x 9 pixels, `head`, two logits."""
    keras.utils.set_random_seed(11)
    image = keras.Input((9, 9, 1))
    features = layers.Conv2D(4, 3, activation="relu", name="features")(image)
    logits = layers.Dense(2)(head(features, *inputs))
    model = keras.Model([image, *inputs] if inputs else image, [features, logits])
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            generator = np.random.default_rng(3)
            layer.set_weights([generator.uniform(0.5, 2, weight.shape) for weight in layer.get_weights()])
    return model


def pooled(x):
    return layers.GlobalAveragePooling2D()(x)


def hidden(activation):
    return lambda x: layers.Dense(6, activation=activation)(layers.Dropout(0.5)(pooled(x)))


def normalised(x):
    return layers.Activation("relu")(layers.BatchNormalization()(layers.Dense(6, use_bias=False)(pooled(x))))


def twice_beside_itself(x):
    of = pooled(x)
    return layers.Concatenate()([of, of])


KNOWN = {
    "pooled": pooled,
    "greatest": lambda x: layers.Dropout(0.5)(layers.GlobalMaxPooling2D()(x)),
    "flat": lambda x: layers.Flatten()(layers.MaxPooling2D(2)(x)),
    "flat, rectified": lambda x: layers.Dense(6, activation="relu")(layers.Flatten()(x)),
    "flat, then two": lambda x: layers.Dense(5, activation="tanh")(
        layers.Dense(6, activation="relu")(layers.Flatten()(x))
    ),
    **{name: hidden(name) for name in ("linear", "relu", "tanh", "sigmoid", "silu")},
    "normalised": normalised,
    "beside itself": twice_beside_itself,
}
UNKNOWN = {
    "gelu": hidden("gelu"),
    "convolved": lambda x: pooled(layers.Conv2D(3, 3)(x)),
    "two ways": lambda x: layers.Concatenate()([pooled(x), layers.GlobalMaxPooling2D()(layers.ReLU()(x))]),
    "an operation beside the layer": lambda x: ops.concatenate([pooled(x), ops.max(x, axis=(1, 2)) ** 2]),
    "attention": lambda x: layers.Multiply()([pooled(x), layers.Dense(4, activation="sigmoid")(pooled(x))]),
}
PRODUCTS = 1000
"""More than are added on any way through these networks and back."""
IMAGES = np.random.default_rng(1).normal(size=(5, 9, 9, 1)).astype(np.float32)


def by_tape(model, *taken):
    """Gradients of both logits summed over the positions of each channel, (n, labels, channels)."""
    features = model(list(taken) if len(taken) > 1 else taken[0], training=False)[0]
    rest = model.inputs[1:]
    back = keras.Model([model.outputs[0], *rest] if rest else model.outputs[0], model.outputs[1])
    found = []
    for label in (0, 1):
        with tf.GradientTape() as tape:
            tape.watch(features)
            logit = back([features, *map(tf.constant, taken[1:])] if rest else features, training=False)[:, label]
        found.append(tf.reduce_sum(tape.gradient(logit, features), axis=(1, 2)).numpy())
    return np.stack(found, axis=1)


@pytest.mark.parametrize("name", KNOWN)
def test_it_is_the_gradient_that_a_tape_finds(name):
    model = network(KNOWN[name])
    gradients = channel_gradients(model)
    if not isinstance(gradients, np.ndarray):
        gradients = keras.Model(model.inputs[0], gradients)(IMAGES).numpy()
    expected = by_tape(model, IMAGES)
    assert np.abs(expected).max() > 0
    assert_rounds_alike(np.broadcast_to(gradients, expected.shape), expected, PRODUCTS)


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_has_none(name):
    model = network(UNKNOWN[name])
    assert channel_gradients(model) is None
    assert explained_network(model) is None


def test_what_stands_beside_the_image_is_held_fixed():
    beside = keras.Input((3,), name="beside")
    model = network(
        lambda x, beside: layers.Dense(6, activation="silu")(layers.Concatenate()([beside, pooled(x)])), inputs=[beside]
    )
    given = np.random.default_rng(4).normal(size=(5, 3)).astype(np.float32)
    expected = by_tape(model, IMAGES, given)

    logits, maps = explained_network(model)([IMAGES, given])

    features, said = model([IMAGES, given])
    np.testing.assert_array_equal(logits, said)
    weighted = np.einsum("nrck,nlk->nlrc", features, expected / 49)
    assert weighted.max() > 0
    assert_rounds_alike(maps, np.maximum(weighted, 0), PRODUCTS, np.abs(weighted).max())
