"""Networks whose layers have the names that Keras gives to new operations in a fresh process."""

import keras
import numpy as np
import pytest
from keras import layers

from meddx.explain.methods.grad_cam import GradCam
from meddx.model.connected_network import connected_network


@pytest.fixture
def network():
    """[features, logits] with as many such names as layers; then Keras counts anew, as a fresh process does."""
    keras.utils.set_random_seed(1)
    image = keras.Input((8, 8, 1))
    features = layers.Conv2D(3, 3, activation="relu", name="relu")(image)
    pooled = layers.GlobalAveragePooling2D(name="mean")(features)
    for name in ("reshape", "transpose", "mat_mul", "matmul", "stack", "std", "multiply", "greater", "sigmoid"):
        pooled = layers.Dense(4, name=name)(pooled)
    network = keras.Model(image, [features, layers.Dense(2, name="concatenate")(pooled)])
    keras.utils.clear_session()
    return network


def test_grad_cam_comes_with_a_network_whatever_its_layers_are_called(network):
    names = [layer.name for layer in network.layers]
    images = np.random.default_rng(0).random((2, 8, 8, 1), np.float32)
    logits, maps, moments = GradCam(network, ["relu"]).with_features(images)
    expected = network(images)
    np.testing.assert_allclose(logits, expected[1], rtol=1e-5, atol=1e-6)
    assert maps.shape == (2, 2, 6, 6)
    np.testing.assert_allclose(moments[:, 0], np.mean(expected[0], axis=(1, 2)), rtol=1e-5)
    assert [layer.name for layer in network.layers] == names


def test_a_name_that_stays_behind_is_free(network):
    """What the network has and the new one has not needs no other name."""
    again = layers.Dense(3, name="concatenate")(network.get_layer("mean").output)
    assert connected_network(network.inputs[0], again, network).layers[-1].name == "concatenate"


def test_without_a_network_that_keeps_its_names_each_still_has_one_of_its_own():
    image = keras.Input((4,))
    tensor = layers.Dense(2, name="same")(layers.Dense(2, name="same")(layers.Dense(2, name="same_1")(image)))
    network = connected_network(image, tensor)
    names = [layer.name for layer in network.layers]
    assert len(set(names)) == len(names) == 4
    assert network(np.ones((1, 4), np.float32)).shape == (1, 2)


def test_a_layer_that_is_used_twice_is_one_layer():
    image = keras.Input((2,))
    twice, first, second = (layers.Dense(2, name=name) for name in ("twice", "same", "same"))
    network = connected_network(image, {"one": twice(image), "other": twice(twice(second(first(image))))})
    assert [layer.name for layer in network.layers if layer is twice] == ["twice"]
    assert set(network.output) == {"one", "other"}
    assert first.name != second.name
