"""Grad-CAM against numbers worked out by hand, and against tf-keras-vis for every kind of way from features to logits.

For every shipped model: tests/explain/methods/test_shipped.py.
"""

import keras
import numpy as np
import pytest
from keras import layers

from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import images_at_once
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.loading import load_model
from tests.arithmetic import assert_rounds_alike, products, rounding
from tests.explain.images import drawn_images
from tests.explain.methods.networks import images, small
from tests.explain.methods.oracle import Oracle, assert_agrees
from tests.untrained import network, write_model

IMAGE = np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1)


def two_channels():
    """Features A1 = x and A2 = 4 - x: on IMAGE [[1, 2], [3, 0]] and [[3, 2], [1, 4]]."""
    image = keras.Input((2, 2, 1))
    convolution = layers.Conv2D(2, 1, activation="relu")
    features = convolution(image)
    convolution.set_weights([np.array([[[[1.0, -1.0]]]]), np.array([0.0, 4.0])])
    return image, features


def dense(x, kernel, **options):
    layer = layers.Dense(len(kernel[0]), use_bias=False, **options)
    x = layer(x)
    layer.set_weights([np.array(kernel)])
    return x


def test_after_global_average_pooling_the_weights_are_the_dense_layers_over_the_positions():
    image, features = two_channels()
    logits = dense(layers.GlobalAveragePooling2D()(features), [[8.0, -4.0], [4.0, 2.0]])

    said, maps = GradCam(keras.Model(image, [features, logits]))(IMAGE)

    # logits: 8 * 1.5 + 4 * 2.5 and -4 * 1.5 + 2 * 2.5; weights (2, 1) and (-1, 0.5)
    np.testing.assert_allclose(said, [[22, -1]])
    np.testing.assert_allclose(maps, [[[[5, 6], [7, 4]], [[0.5, 0], [0, 2]]]])


def test_the_gradient_runs_through_pooling_flatten_and_a_rectified_layer():
    image, features = two_channels()
    pooled = layers.Flatten()(layers.MaxPooling2D(2)(features))
    hidden = dense(pooled, [[1.0, 1.0], [2.0, -1.0]], activation="relu")
    logits = dense(hidden, [[3.0, -1.0], [5.0, 7.0]])

    said, maps = GradCam(keras.Model(image, [features, logits]))(IMAGE)

    # pooled (3, 4), hidden (11, -1 -> 0), so only the first hidden unit hands back 3 and -1, times its (1, 2),
    # over four positions: weights (0.75, 1.5), and (-0.25, -0.5), which leaves nothing above zero.
    np.testing.assert_allclose(said, [[33, -11]])
    np.testing.assert_allclose(maps, [[[[5.25, 4.5], [3.75, 6]], [[0, 0], [0, 0]]]])


def test_every_image_of_any_number_gets_its_own_answer():
    model = network()
    model.layers[-1].activation = keras.activations.linear
    explain = GradCam(keras.Model(model.inputs, [model.get_layer("features").output, model.outputs[0]]))
    largest = images_at_once(32, 32)
    images = np.random.default_rng(1).random((largest + 3, 32, 32, 1), np.float32)

    logits, maps = explain(images)

    assert logits.dtype == maps.dtype == np.float32
    assert maps.shape == (len(images), 3, 13, 13)
    assert maps.max() > 0
    for index in (0, 1, largest - 1, largest, largest + 2):
        alone = explain(images[index][np.newaxis])
        assert_rounds_alike(logits[index], alone[0][0], products(model))
        assert_rounds_alike(maps[index], alone[1][0], products(model), maps.max())


def test_the_method_by_its_name_gives_the_maps_of_the_prediction():
    network = small()
    maps = METHODS["grad-cam"].build(network)(images(network), [0, 1, 2])
    assert maps.max() > 0
    assert_rounds_alike(maps, GradCam(network)(images(network))[1], products(network))


def test_the_moments_of_a_layer_come_from_the_same_pass():
    network = small()
    taken = images(network)
    logits, maps, features = GradCam(network, ["features"]).with_features(taken)
    layer = network(taken)[0].numpy()
    assert_rounds_alike(features[:, 0], layer.mean(axis=(1, 2)), products(network))
    # The spread is the root of a difference of squares: half the digits are lost where it is small.
    spread = layer.astype(np.float64).std(axis=(1, 2))
    assert np.abs(features[:, 1] ** 2 - spread**2).max() < rounding(products(network), (layer**2).max())
    assert_rounds_alike(logits, network(taken)[1], products(network))
    assert_rounds_alike(maps, GradCam(network)(taken)[1], products(network))


def heads():
    """Ways from features to logits: name -> function of the features' tensor."""
    return {
        "overlapping pooling": lambda x: layers.Flatten()(layers.MaxPooling2D(3, strides=2)(x)),
        "average pooling, same": lambda x: layers.Flatten()(layers.AveragePooling2D(3, padding="same")(x)),
        "global maximum": layers.GlobalMaxPooling2D(),
        "global average": lambda x: layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x)),
        "flatten": layers.Flatten(),
        "more convolutions": lambda x: layers.GlobalAveragePooling2D()(layers.Conv2D(5, 3, activation="relu")(x)),
        "two ways": lambda x: layers.Concatenate()(
            [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(layers.MaxPooling2D()(x))]
        ),
        "round the features": lambda x: layers.GlobalAveragePooling2D()(layers.Add()([x, layers.Conv2D(8, 1)(x)])),
    }


@pytest.mark.parametrize("hidden", ["relu", "linear", "tanh", None])
@pytest.mark.parametrize("head", heads())
def test_the_short_way_back_agrees_with_tf_keras_vis(head, hidden, tmp_path):
    keras.utils.set_random_seed(3)
    image = keras.Input((32, 32, 1))
    x = layers.Conv2D(8, 3, activation="relu", name="features")(image)
    x = heads()[head](x)
    if hidden is not None:
        x = layers.Dense(12, activation=hidden)(x)
    model = keras.Model(image, layers.Dense(3, activation="softmax")(x))
    folder = write_model(tmp_path, model=model)
    loaded = load_model(folder)
    taken = drawn_images(32, 32, 1, 0.0, 1.0)
    assert_agrees(GradCam(loaded.network)(taken)[1], Oracle(folder, loaded.card).cams("grad-cam", taken))
