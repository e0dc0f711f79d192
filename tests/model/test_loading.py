import keras
import numpy as np
import pytest

from meddx.errors import CardError
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.loading import load_model
from tests.arithmetic import assert_rounds_alike, products
from tests.untrained import label, network, write_model


@pytest.mark.parametrize("task", ["exclusive", "multilabel"])
@pytest.mark.parametrize("separate_activation", [False, True], ids=["in Dense", "own layer"])
@pytest.mark.parametrize("sequential", [False, True], ids=["functional", "sequential"])
def test_logits_are_what_the_last_activation_took(tmp_path, task, separate_activation, sequential):
    model = network(task, separate_activation=separate_activation)
    wanted = keras.Model(model.inputs[0], model.get_layer("features").output)
    if sequential:
        model = keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[1:]])
    folder = write_model(tmp_path, task=task, model=model)
    images = np.random.default_rng(0).random((3, 32, 32, 1), np.float32)

    features, logits = (np.asarray(output) for output in load_model(folder).network(images))

    said = np.asarray(model(images))
    if task == "exclusive":
        powers = np.exp(logits)
        expected = powers / powers.sum(axis=1, keepdims=True)
    else:
        expected = 1 / (1 + np.exp(-logits))
    # A probability changes by at most as much as its logit.
    assert_rounds_alike(expected, said, products(model), max(1, np.abs(logits).max()))
    assert_rounds_alike(features, wanted(images), products(model))


def test_an_ordinary_sequential_is_explained_like_the_same_functional_network(tmp_path):
    functional = network("exclusive")
    sequential = keras.Sequential([keras.Input((32, 32, 1))])
    for layer in functional.layers[1:]:
        sequential.add(type(layer).from_config(layer.get_config()))
    sequential.set_weights(functional.get_weights())
    images = np.random.default_rng(0).random((2, 32, 32, 1), np.float32)
    explained = [
        GradCam(load_model(write_model(tmp_path, name, model=model)).network)(images)
        for name, model in (("functional", functional), ("sequential", sequential))
    ]
    for ours, theirs in zip(*explained, strict=True):
        assert_rounds_alike(ours, theirs, products(functional))
    assert explained[0][1].max() > 0


def test_weights_that_are_not_the_cards_are_not_read(tmp_path, monkeypatch):
    folder = write_model(tmp_path)
    with (folder / "weights.keras").open("ab") as file:
        file.write(b"one byte more")
    monkeypatch.setattr(keras.saving, "load_model", lambda *_, **__: pytest.fail("Keras read an unchecked file"))
    with pytest.raises(CardError, match=r"weights\.sha256"):
        load_model(folder)


def test_code_in_the_weights_file_is_not_run(tmp_path):
    image = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, name="features")(image)
    x = keras.layers.Lambda(lambda tensor: tensor * 2.0, output_shape=(30, 30, 4))(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    folder = write_model(tmp_path, model=keras.Model(image, keras.layers.Dense(3, activation="softmax")(x)))
    with pytest.raises(CardError, match=r"cannot load weights\.keras"):
        load_model(folder)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("explained.layer", {"explained": {"layer": "conv9", "heatmap_scale": 1.0, "scale_rule": "x"}}),
        ("explained.layer", {"explained": {"layer": "flatten", "heatmap_scale": 1.0, "scale_rule": "x"}}),
        (
            "input",
            {"input": {"height": 64, "width": 32, "channels": 1, "low": 0.0, "high": 1.0, "resize": "pad"}},
        ),
        ("labels", {"labels": [label("NORMAL"), label("NODULE")]}),
        ("task", {"task": "multilabel"}),
    ],
)
def test_a_card_that_the_network_contradicts_is_refused_by_field(tmp_path, field, changes):
    keras.backend.clear_session()  # so that the flatten layer has its plain name
    folder = write_model(tmp_path, model=network("exclusive"), **changes)
    with pytest.raises(CardError, match=f"untrained/card.toml: field {field}, value"):
        load_model(folder)


def test_a_network_without_a_last_activation_is_refused(tmp_path):
    image = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, name="features")(image)
    folder = write_model(tmp_path, model=keras.Model(image, keras.layers.Dense(3)(keras.layers.Flatten()(x))))
    with pytest.raises(CardError, match="must end in softmax"):
        load_model(folder)
