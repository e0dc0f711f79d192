"""Grad-CAM against numbers worked out by hand, and against tf-keras-vis for every shipped model."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers

from meddx.config import models_dir
from meddx.explain.methods import METHODS
from meddx.explain.methods.grad_cam import LARGEST_BATCH, GradCam
from meddx.model.loading import load_model
from meddx.model.registry import list_models
from tests.arithmetic import assert_rounds_alike, products, rounding
from tests.explain.images import drawn_images
from tests.explain.methods.networks import images, small
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
    images = np.random.default_rng(1).random((LARGEST_BATCH + 3, 32, 32, 1), np.float32)

    logits, maps = explain(images)

    assert logits.dtype == maps.dtype == np.float32
    assert maps.shape == (len(images), 3, 13, 13)
    assert maps.max() > 0
    for index, image in enumerate(images):
        alone = explain(image[np.newaxis])
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


@pytest.fixture(scope="module")
def gradcam_of_tf_keras_vis():
    """The reference: (folder, images) -> maps (n, labels, rows, columns) of the layer the card names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports a namespace that SciPy has deprecated
        from tf_keras_vis.gradcam import Gradcam
        from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
        from tf_keras_vis.utils.scores import CategoricalScore

    def maps(folder, images):
        card = load_model(folder).card
        model = keras.saving.load_model(folder / card.weights.file, compile=False)
        model = keras.Model(model.inputs, model.outputs)  # Sequential lacks output_names, which it asks for
        reference = Gradcam(model, model_modifier=ReplaceToLinear(), clone=True)
        by_label = [
            reference(
                CategoricalScore([label] * len(images)),
                images,
                penultimate_layer=card.explained.layer,
                seek_penultimate_conv_layer=False,
                normalize_cam=False,
                expand_cam=False,
            )
            for label in range(len(card.labels))
        ]
        return np.stack(by_label, axis=1)

    return maps


def assert_agrees(folder, reference):
    loaded = load_model(folder)
    taken = loaded.card.input
    images = drawn_images(taken.height, taken.width, taken.channels, taken.low, taken.high)
    _, maps = GradCam(loaded.network)(images)
    expected = reference(folder, images)
    assert expected.shape == maps.shape
    assert expected.max() > 0
    # Relative to the image's strongest evidence: a label whose map only just leaves zero has no digits of its own.
    largest = expected.max(axis=(1, 2, 3), keepdims=True)
    assert (np.abs(maps - expected) <= 1e-4 * largest).all(), (np.abs(maps - expected).max(), expected.max())


SHIPPED = [model.folder for model in list_models(models_dir()).models]


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_shipped_model_agrees_with_tf_keras_vis(folder, gradcam_of_tf_keras_vis):
    assert_agrees(folder, gradcam_of_tf_keras_vis)


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
def test_the_short_way_back_agrees_with_tf_keras_vis(head, hidden, tmp_path, gradcam_of_tf_keras_vis):
    keras.utils.set_random_seed(3)
    image = keras.Input((32, 32, 1))
    x = layers.Conv2D(8, 3, activation="relu", name="features")(image)
    x = heads()[head](x)
    if hidden is not None:
        x = layers.Dense(12, activation=hidden)(x)
    model = keras.Model(image, layers.Dense(3, activation="softmax")(x))
    assert_agrees(write_model(tmp_path, model=model), gradcam_of_tf_keras_vis)
