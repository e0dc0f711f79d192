"""Files as Keras 2 writes them: a file of Keras 3 with its configuration in the words of tf.keras 2.15."""

import json

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from meddx.errors import Refused
from meddx.model.importing.found_model import ImportChoices
from meddx.model.importing.keras2 import without_keras2
from meddx.model.importing.prepare import prepare_network
from meddx.model.importing.read_network import network_of
from meddx.model.importing.scan_file import scan_file
from tests.model.importing.networks import convolutions, settle


def operation(name, function, source, **given):
    kind = "SlicingOpLambda" if "slice_spec" in given else "TFOpLambda"
    config = {"name": name, "trainable": True, "dtype": "float32", "function": function}
    return {"class_name": kind, "config": config, "name": name, "inbound_nodes": [[source, 0, 0, given]]}


def written_by_keras2(path, *operations):
    """Save a backbone in a network, say it in the words of Keras 2 with `operations` on its input; return the model."""
    inner_image = keras.Input((16, 16, 3), name="inner_image")
    x = layers.DepthwiseConv2D(3, name="depthwise")(inner_image)
    backbone = keras.Model(inner_image, convolutions(x), name="backbone")
    image = keras.Input((16, 16, 3), name="image")
    x = layers.GlobalAveragePooling2D(name="pool")(backbone(image))
    model = settle(keras.Model(image, layers.Dense(2, activation="softmax", name="head")(x)))
    model.save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        by_name = {layer["config"]["name"]: layer for layer in config["config"]["layers"]}
        last = operations[-1]["name"] if operations else "image"
        by_name["image"]["config"]["batch_input_shape"] = by_name["image"]["config"].pop("batch_shape")
        by_name["backbone"]["inbound_nodes"] = [[[last, 0, 0, {"training": False}]]]
        by_name["pool"]["inbound_nodes"] = [[["backbone", 1, 0, {}]]]
        by_name["head"]["inbound_nodes"] = [[["pool", 0, 0, {}]]]
        inner = {layer["config"]["name"]: layer for layer in by_name["backbone"]["config"]["layers"]}
        inner["depthwise"]["config"] |= {"groups": 1, "kernel_initializer": None, "rng_type": "stateful"}
        config["config"]["layers"][1:1] = operations
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.15.0"
    return model


def answer(path, images):
    return np.asarray(network_of(scan_file(path))(images, training=False))


IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)


def test_an_inner_network_is_found_although_keras_2_counts_its_calls_from_1(tmp_path):
    model = written_by_keras2(tmp_path / "model.h5")
    assert scan_file(tmp_path / "model.h5").keras == "2.15.0"
    np.testing.assert_allclose(answer(tmp_path / "model.h5", IMAGES), model(IMAGES), atol=1e-6)


def test_arithmetic_on_the_image_becomes_layers(tmp_path):
    model = written_by_keras2(
        tmp_path / "model.h5",
        operation("tf.cast", "cast", "image", dtype="float32"),
        operation("tf.math.truediv", "math.truediv", "tf.cast", y=127.5),
        operation("tf.math.subtract", "math.subtract", "tf.math.truediv", y=1.0),
    )
    expected = model(IMAGES / 127.5 - 1)
    np.testing.assert_allclose(answer(tmp_path / "model.h5", IMAGES), expected, atol=1e-5)


def test_channels_are_reversed_and_means_taken_off_as_caffe_does(tmp_path):
    backwards = [{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}]
    model = written_by_keras2(
        tmp_path / "model.h5",
        operation("tf.__operators__.getitem", "__operators__.getitem", "image", slice_spec=backwards),
        operation("tf.nn.bias_add", "nn.bias_add", "tf.__operators__.getitem", bias=[-103.9, -116.8, -123.7]),
    )
    expected = model(IMAGES[..., ::-1] - np.array([103.9, 116.8, 123.7], np.float32))
    np.testing.assert_allclose(answer(tmp_path / "model.h5", IMAGES), expected, atol=1e-5)


def test_any_other_function_of_tensorflow_is_refused_by_name(tmp_path):
    written_by_keras2(tmp_path / "model.h5", operation("tf.io.write_file", "io.write_file", "image", y=1.0))
    with pytest.raises(Refused, match=r"'tf\.io\.write_file' is a TFOpLambda") as refused:
        scan_file(tmp_path / "model.h5")
    assert refused.value.rule == "foreign-code"


def test_slashes_in_names_are_replaced_wherever_the_name_stands():
    layer = {"class_name": "Dense", "config": {"name": "a/b"}, "name": "a/b", "inbound_nodes": [[["c", 0, 0, {}]]]}
    config = {"class_name": "Functional", "config": {"layers": [layer], "output_layers": [["a/b", 0, 0]]}}
    renewed = without_keras2(config)
    assert "a/b" not in json.dumps(renewed)
    assert renewed["config"]["output_layers"] == [["a_b", 0, 0]]


def test_the_first_layer_of_an_older_sequential_tells_the_input(tmp_path):
    model = settle(keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)]))
    path = tmp_path / "model.h5"
    model.save(path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        del config["config"]["layers"][0]
        config["config"]["layers"][0]["config"]["batch_input_shape"] = [None, 16, 16, 3]
        file.attrs["model_config"] = json.dumps(config)
    choices = ImportChoices(model.layers[-1].name, True, (16, 16), "0-255")
    prepared = prepare_network(path, choices)
    logits = np.asarray(model(IMAGES))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(prepared.network(IMAGES), powers / powers.sum(axis=1, keepdims=True), atol=1e-5)
