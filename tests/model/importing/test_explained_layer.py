"""Every explanation method works on every accepted network, and Grad-CAM is tf-keras-vis' on it."""

import keras
import numpy as np
import pytest
from keras import layers

from meddx.explain.methods import METHODS
from meddx.explain.methods.grad_cam import GradCam
from meddx.explain.methods.grad_cam_family import build_family
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.found_model import ImportChoices
from meddx.model.importing.prepare import prepare_network
from meddx.model.loading import load_model
from meddx.model.registry import installed_card
from tests.explain.methods.oracle import Oracle
from tests.model.importing.networks import any_size, classifier, nested_twice, settle, shared_and_branched
from tests.untrained import label, write_model


def flatten_head():
    image = keras.Input((24, 24, 1))
    x = layers.Conv2D(6, 3, activation="relu")(layers.Rescaling(1 / 255)(image))
    x = layers.MaxPooling2D()(layers.Conv2D(6, 3, activation="relu")(x))
    x = layers.Dense(12, activation="relu")(layers.Flatten()(x))
    return settle(keras.Model(image, layers.Dense(2, activation="sigmoid")(x)))


def attention():
    """Patches, two blocks of self-attention over them, and the mean of what they say."""
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 8, strides=8)(image)
    x = layers.Reshape((16, 16))(x)
    for _ in range(2):
        x = x + layers.MultiHeadAttention(2, 8)(layers.LayerNormalization()(x), layers.LayerNormalization()(x))
    x = layers.GlobalAveragePooling1D()(x)
    return settle(keras.Model(image, layers.Dense(3)(x)))


def squeezed():
    """Channels weighted by squeeze and excitation, and a classifier of 1 x 1 convolutions."""
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, activation="swish", padding="same")(image)
    weights = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Multiply()([x, layers.Conv2D(8, 1, activation="sigmoid")(weights)])
    x = layers.GlobalAveragePooling2D(keepdims=True)(layers.MaxPooling2D()(x))
    x = layers.Flatten()(layers.Conv2D(3, 1)(x))
    return settle(keras.Model(image, layers.Activation("softmax")(x)))


BUILT = [nested_twice, shared_and_branched, any_size, flatten_head, attention, squeezed]


@pytest.fixture(scope="module", params=BUILT, ids=lambda build: build.__name__)
def imported(request, tmp_path_factory):
    """(folder of the model, loaded model, two images)"""
    folder = tmp_path_factory.mktemp(request.param.__name__)
    keras.utils.set_random_seed(2)  # weights under which no method's map is flat
    request.param().save(folder / "given.keras")
    found = describe_file(folder / "given.keras")
    exclusive = found.heads[0].kind != "sigmoid"
    choices = ImportChoices(found.heads[0].name, exclusive, found.input or (32, 32), found.scalings[0])
    prepared = prepare_network(folder / "given.keras", choices)
    height, width, channels = prepared.network.input_shape[1:]
    model = write_model(
        folder,
        task="exclusive" if exclusive else "multilabel",
        model=prepared.network,
        labels=[label(name) for name in "ABC"[: prepared.network.output_shape[-1]]],
        input={
            "height": height, "width": width, "channels": channels, "low": prepared.low, "high": prepared.high,
            "resize": "pad",
        },
        explained={"layer": prepared.explained_layer, "heatmap_scale": 1.0, "scale_rule": "none"},
    )  # fmt: skip
    images = np.random.default_rng(3).random((2, height, width, channels), np.float32)
    return model, load_model(model), (prepared.low + (prepared.high - prepared.low) * images).astype(np.float32)


def assert_drawn(maps):
    assert maps.shape[:2] == (2, 2)
    assert np.isfinite(maps).all()
    assert np.ptp(maps) > 0


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if not method.family])
def test_every_method_draws_a_map(imported, name):
    _, loaded, images = imported
    assert_drawn(METHODS[name].build(loaded.network)(images, [0, 1]))


def test_every_method_of_the_grad_cam_family_draws_a_map(imported):
    """In the one pass that gives what each gives alone: tests/explain/methods/test_grad_cam_family.py."""
    _, loaded, images = imported
    for maps in build_family(loaded.network)(images, [0, 1]).values():
        assert_drawn(maps)


def test_grad_cam_is_that_of_tf_keras_vis(imported):
    folder, loaded, images = imported
    _, maps = GradCam(loaded.network)(images)
    expected = Oracle(folder, installed_card(folder)).cams("grad-cam", images)
    for index in range(maps.shape[1]):
        theirs = expected[:, index]
        np.testing.assert_allclose(maps[:, index], theirs, atol=1e-4 * max(1.0, np.abs(theirs).max()))


def test_the_explained_layer_is_the_last_map_before_pooling(tmp_path):
    model = classifier(layers.Dense(2, activation="softmax"))
    model.save(tmp_path / "model.keras")
    assert describe_file(tmp_path / "model.keras").explained_layer == next(
        layer.name for layer in model.layers if isinstance(layer, layers.ReLU)
    )
