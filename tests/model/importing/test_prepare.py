import keras
import numpy as np
import pytest
from keras import layers

from meddx.errors import Refused
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.flat_network import OWN_NAMES
from meddx.model.importing.found_model import ImportChoices
from meddx.model.importing.prepare import prepare_network
from tests.model.importing.networks import any_size, classifier, mixed_precision, nested_twice, shared_and_branched


def prepared(path, exclusive=True, size=(32, 32), scaling=None, head=None):
    found = describe_file(path)
    choices = ImportChoices(head or found.heads[0].name, exclusive, found.input or size, scaling or found.scalings[0])
    return found, prepare_network(path, choices)


def inputs(result, number=3):
    shape = result.network.input_shape[1:]
    random = np.random.default_rng(1).random((number, *shape), np.float32)
    return (result.low + (result.high - result.low) * random).astype(np.float32)


@pytest.mark.usefixtures("converted_here")
@pytest.mark.parametrize("extension", ["keras", "h5"])
@pytest.mark.parametrize("build", [nested_twice, shared_and_branched, mixed_precision, any_size])
def test_a_network_is_flat_afterwards_and_answers_as_before(tmp_path, build, extension):
    model = build()
    path = tmp_path / f"model.{extension}"
    model.save(path)
    found, result = prepared(path)
    images = inputs(result)
    answers = np.asarray(result.network(images))
    theirs = np.asarray(model(images, training=False), np.float32)
    if found.heads[0].kind == "one sigmoid":
        theirs = np.concatenate([1 - theirs, theirs], axis=1)
    if found.heads[0].kind == "logits":
        theirs = np.asarray(keras.ops.softmax(theirs))
    np.testing.assert_allclose(answers, theirs, atol=2e-3 if build is mixed_precision else 1e-6)
    np.testing.assert_allclose(answers, result.original(images), atol=1e-6)
    assert np.ptp(answers, axis=0).max() > 1e-4, "the answer depends on the image"
    assert not [layer for layer in result.network.layers if isinstance(layer, keras.Model)]
    assert len(result.network.get_layer(result.explained_layer).output.shape) == 4


def test_one_logit_becomes_absent_and_present(tmp_path):
    model = classifier(layers.Dense(1))
    model.save(tmp_path / "model.keras")
    found, result = prepared(tmp_path / "model.keras")
    assert found.heads[0].kind == "one logit"
    images = inputs(result)
    present = np.asarray(keras.ops.sigmoid(model(images)))
    np.testing.assert_allclose(np.asarray(result.network(images)), np.concatenate([1 - present, present], 1), atol=1e-6)


@pytest.mark.parametrize(("units", "scaling"), [(3, "caffe"), (1, "imagenet"), (3, "standardize"), (1, "0-1")])
def test_layers_may_have_the_names_of_those_that_meddx_adds(tmp_path, units, scaling):
    image = keras.Input((32, 32, 3), name="film")
    x = image
    for name in sorted(OWN_NAMES - {"probabilities"}):
        x = layers.Conv2D(3, 3, activation="relu", padding="same", name=name)(x)
    x = layers.GlobalAveragePooling2D()(x)
    activation = "softmax" if units > 1 else "sigmoid"
    model = keras.Model(image, layers.Dense(units, activation=activation, name="probabilities")(x))
    model.save(tmp_path / "model.keras")
    found = describe_file(tmp_path / "model.keras")
    assert [head.name for head in found.heads] == ["probabilities"]
    choices = ImportChoices("probabilities", True, (32, 32), scaling, "bgr")
    result = prepare_network(tmp_path / "model.keras", choices)
    assert result.explained_layer == found.explained_layer
    result.network.save(tmp_path / "prepared.keras")
    again = describe_file(tmp_path / "prepared.keras")  # what meddx wrote may be added as well
    prepare_network(tmp_path / "prepared.keras", ImportChoices(again.heads[0].name, True, (32, 32), "0-1"))


def test_an_output_is_chosen_by_name(tmp_path):
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = {"finding": layers.Dense(3, activation="sigmoid")(x), "age": layers.Dense(1, activation="relu")(x)}
    keras.Model(image, outputs).save(tmp_path / "model.keras")
    found, result = prepared(tmp_path / "model.keras", exclusive=False)
    assert [head.name for head in found.heads] == ["finding"]
    assert result.network.output_shape == (None, 3)


@pytest.mark.parametrize(
    ("head", "exclusive", "rule"),
    [
        (layers.Dense(3, activation="softmax"), False, "exclusive"),
        (layers.Dense(3, activation="sigmoid"), True, "exclusive"),
        (layers.Dense(1, activation="sigmoid"), False, "exclusive"),
    ],
)
def test_a_choice_that_the_output_contradicts_is_refused(tmp_path, head, exclusive, rule):
    classifier(head).save(tmp_path / "model.keras")
    with pytest.raises(Refused) as refused:
        prepared(tmp_path / "model.keras", exclusive)
    assert refused.value.rule == rule


@pytest.mark.parametrize(("activation", "units"), [("softmax", 3), ("sigmoid", 3), ("sigmoid", 1)])
@pytest.mark.parametrize("kind", ["average of two", "average over places"])
def test_averaged_probabilities_are_given_back(tmp_path, activation, units, kind):
    image = keras.Input((24, 24, 3))
    x = layers.Conv2D(6, 3, activation="relu")(image)
    if kind == "average of two":
        pooled = layers.GlobalAveragePooling2D()(x)
        output = layers.Average()([layers.Dense(units, activation=activation)(pooled) for _ in range(2)])
    else:
        output = layers.GlobalAveragePooling2D()(layers.Conv2D(units, 1, activation=activation)(x))
    model = keras.Model(image, output)
    model.save(tmp_path / "model.keras")
    found, result = prepared(tmp_path / "model.keras", exclusive=activation == "softmax" or units == 1)
    assert found.heads[0].kind == ("one sigmoid" if units == 1 else activation)
    images = inputs(result)
    theirs = np.asarray(model(images))
    answers = np.asarray(result.network(images))
    np.testing.assert_allclose(answers[:, 1:] if units == 1 else answers, theirs, atol=1e-6)


def test_sums_of_probabilities_are_not_taken_for_logits(tmp_path):
    image = keras.Input((24, 24, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, activation="relu")(image))
    output = layers.Add(name="sum")([layers.Dense(3, activation="softmax")(x) for _ in range(2)])
    keras.Model(image, output).save(tmp_path / "model.keras")
    with pytest.raises(Refused, match="'sum' reckons with the outputs of softmax") as refused:
        describe_file(tmp_path / "model.keras")
    assert refused.value.rule == "not-a-classifier"
