"""Configurations that state more weights than the file holds, or make features that fill the memory."""

import json
import threading
import zipfile

import keras
import numpy as np
import pytest

from meddx.errors import Refused
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.flat_network import flat_graph
from meddx.model.importing.weight_limit import limited_weights
from tests.model.importing.networks import classifier, nested_twice


def saved(path, model, **settings):
    """The file with settings of one layer changed in its configuration, and the weights left as they are."""
    model.save(path.with_suffix(".sound.keras"))
    with zipfile.ZipFile(path.with_suffix(".sound.keras")) as sound, zipfile.ZipFile(path, "w") as changed:
        config = json.loads(sound.read("config.json"))
        for layer in config["config"]["layers"]:
            if layer["config"]["name"] in settings:
                layer["config"].update(settings[layer["config"]["name"]])
        changed.writestr("config.json", json.dumps(config))
        for name in ("metadata.json", "model.weights.h5"):
            changed.writestr(name, sound.read(name))
    return path


def refused(path):
    with pytest.raises(Refused) as found:
        describe_file(path)
    return found.value


def convolution(side=16):
    image = keras.Input((side, side, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="wide")(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(2, activation="softmax", name="head")(x))


def test_gigabytes_are_refused_before_there_is_room_for_them(tmp_path, monkeypatch):
    made = []
    given = keras.layers.Layer.add_weight

    def add_weight(layer, shape=None, *rest, **how):
        made.append(int(np.prod(shape)))
        return given(layer, shape, *rest, **how)

    monkeypatch.setattr(keras.layers.Layer, "add_weight", add_weight)
    found = refused(saved(tmp_path / "m.keras", convolution(), wide={"filters": 40_000_000}))
    assert found.rule == "too-many-weights"
    assert "With layer 'wide' the configuration states 1,080,000,000 weights (4.0 GiB)" in found.reason
    assert "the file holds 122" in found.reason
    assert max(made, default=0) <= 122
    assert keras.layers.Layer.add_weight is add_weight


def test_little_more_than_the_file_holds_is_refused_as_well(tmp_path):
    assert refused(saved(tmp_path / "m.keras", convolution(), head={"units": 3})).rule == "too-many-weights"


@pytest.mark.usefixtures("converted_here")
@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_what_the_file_holds_is_taken(tmp_path, extension):
    for number, model in enumerate((convolution(), nested_twice(), classifier(keras.layers.Dense(2, "softmax")))):
        path = tmp_path / f"{number}.{extension}"
        model.save(path)
        assert describe_file(path).parameters == model.count_params()


def test_one_layer_used_often_is_not_copied_without_end(monkeypatch):
    monkeypatch.setattr("meddx.model.importing.flat_network.MOST_WEIGHTS", 500)
    image = keras.Input((16, 16, 3))
    shared = keras.layers.Conv2D(3, 3, padding="same", name="shared")  # 84 weights
    x = image
    for _ in range(9):
        x = shared(x)
    head = keras.layers.Dense(2, activation="softmax")
    network = keras.Model(image, head(keras.layers.GlobalAveragePooling2D()(x)))
    with pytest.raises(Refused, match="'shared_6' the configuration states 501 weights"):
        flat_graph(network, keras.Input((16, 16, 3)))


def test_features_that_fill_the_memory_are_refused(tmp_path):
    image = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu")(image)
    x = keras.layers.UpSampling2D(2, name="up")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(image, keras.layers.Dense(2, activation="softmax")(x))
    found = refused(saved(tmp_path / "m.keras", model, up={"size": [700, 700]}))
    assert (found.rule, "Layer 'up' would make 1.4 GiB" in found.reason) == ("too-large-features", True)


def test_another_thread_builds_what_it_likes_meanwhile():
    built = []

    def build():
        built.append(keras.Sequential([keras.Input((8,)), keras.layers.Dense(50)]).count_params())

    with limited_weights(10, "no more"):
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
    assert built == [450]


def test_a_refusal_that_keras_hides_in_an_error_of_its_own_is_still_said():
    def build():
        try:
            keras.layers.Dense(50).build((None, 8))
        except Refused as error:
            raise ValueError("Exception encountered") from error

    with pytest.raises(Refused, match="400 weights"), limited_weights(10, "no more"):
        build()
