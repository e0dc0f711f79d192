"""ONNX Runtime against TensorFlow on untrained networks, and what keeps it from being chosen."""

import time

import keras
import numpy as np
import pytest
from keras import layers

from meddx.explain.explained_network import explained_network
from meddx.model.inference import fastest, onnx_runtime
from meddx.model.inference.compiled import compiled
from meddx.model.inference.evidence import (
    GRAPH_FILE,
    IN_PARTS,
    ONNX_RUNTIME,
    TENSORFLOW,
    cores,
    read_evidence,
    write_evidence,
)
from meddx.model.inference.example_inputs import NUMBER, example_inputs
from tests.explain.methods.networks import small

needs_onnx_runtime = pytest.mark.skipif(
    not onnx_runtime.is_installed(), reason="ONNX Runtime is not installed (requirements-fast.txt)"
)
ENOUGH = fastest.LOGITS_TOLERANCE


@pytest.fixture(autouse=True)
def _every_runtime(monkeypatch):
    monkeypatch.delenv("MEDDX_RUNTIME")


def beside_a_vector():
    """A network of an image and a vector, outputs [logits, maps, pooled]."""
    keras.utils.set_random_seed(2)
    image, beside = keras.Input((32, 32, 3)), keras.Input((5,), name="beside")
    x = layers.ReLU(max_value=6.0)(layers.DepthwiseConv2D(3, strides=2, padding="same")(layers.Conv2D(8, 3)(image)))
    features = layers.ReLU(name="features")(layers.BatchNormalization()(layers.Conv2D(6, 1)(x)))
    pooled = layers.GlobalAveragePooling2D(name="pool")(features)
    joint = layers.Dense(7, activation="silu")(layers.Concatenate()([pooled, beside]))
    return explained_network(keras.Model([image, beside], [features, layers.Dense(3)(joint)]), ["features", "pool"])


NETWORKS = {
    "convolutions and a rectified layer": lambda: explained_network(small(), ["features"]),
    "an image and a vector": beside_a_vector,
}


@needs_onnx_runtime
@pytest.mark.parametrize("opened", [onnx_runtime.opened, onnx_runtime.opened_in_parts])
@pytest.mark.parametrize("name", NETWORKS)
def test_onnx_runtime_gives_what_keras_gives_for_any_number_of_images(name, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_runtime, "cores", lambda: 2)
    network = NETWORKS[name]()
    inputs = example_inputs(network, 0.0, 1.0)
    onnx_runtime.export(network, tmp_path / GRAPH_FILE)
    forward, expected = opened(tmp_path / GRAPH_FILE), compiled(network)(*inputs)
    assert [one.shape for one in expected[:2]] == [(NUMBER, 3), (NUMBER, 3, *network.outputs[1].shape[2:])]
    assert min(np.ptp(one) for one in expected) > 0
    for number in (1, 3, 5, NUMBER):
        found = forward(*(one[:number] for one in inputs))
        assert [one.dtype for one in found] == [np.float32] * len(expected)
        for one, other in zip(found, expected, strict=True):
            assert one.shape == other[:number].shape
            assert np.abs(one - other[:number]).max() <= ENOUGH * np.abs(other).max()


@needs_onnx_runtime
def test_the_choice_is_made_once_and_kept(tmp_path):
    network = explained_network(small())
    inputs = example_inputs(network, 0.0, 1.0)
    found = fastest.measure_runtimes(network, tmp_path, inputs)
    number = max(NUMBER, onnx_runtime.least_in_parts())
    assert found.milliseconds.keys() == {1, number}
    assert (IN_PARTS in found.milliseconds[number]) == (cores() > 1)
    assert all(time > 0 for times in found.milliseconds.values() for time in times.values())
    assert found.differs
    assert max(found.differs) <= ENOUGH
    assert fastest.measure_runtimes(network, tmp_path, ()) == found


@needs_onnx_runtime
@pytest.mark.parametrize(("difference", "chosen"), [(0.0, ONNX_RUNTIME), (1e-3, TENSORFLOW)])
def test_a_runtime_that_is_faster_is_chosen_only_where_it_is_equal(difference, chosen, tmp_path, monkeypatch):
    network = explained_network(small())
    inputs = example_inputs(network, 0.0, 1.0)
    expected = compiled(network)(*inputs)
    monkeypatch.setattr(onnx_runtime, "cores", lambda: 2)
    other = {number: tuple(one[:number] * (1 + difference) for one in expected) for number in (1, NUMBER)}
    for name in ("opened", "opened_in_parts"):
        monkeypatch.setattr(onnx_runtime, name, lambda path: lambda images: tuple(map(np.copy, other[len(images)])))
    assert fastest.measure_runtimes(network, tmp_path, inputs).chosen == chosen


@needs_onnx_runtime
@pytest.mark.parametrize(("slower", "in_parts"), [("opened", True), ("opened_in_parts", False)])
def test_a_batch_is_parted_only_where_that_is_faster(slower, in_parts, tmp_path, monkeypatch):
    network = explained_network(small())
    inputs = example_inputs(network, 0.0, 1.0)
    expected = compiled(network)(*inputs)

    def at_once(images):
        return tuple(one[: len(images)].copy() for one in expected)

    def waiting(images):
        time.sleep(0.002)
        return at_once(images)

    for name in ("opened", "opened_in_parts"):
        forward = waiting if name == slower else at_once
        monkeypatch.setattr(onnx_runtime, name, lambda path, name=name, forward=forward: note(name) or forward)
    opened = []
    note = opened.append
    for module in (fastest, onnx_runtime):
        monkeypatch.setattr(module, "cores", lambda: 2)
    found = fastest.measure_runtimes(network, tmp_path, inputs)
    assert found.in_parts == in_parts
    write_evidence(tmp_path, found.model_copy(update={"chosen": ONNX_RUNTIME}))
    opened.clear()
    fastest.fastest(network, tmp_path)
    assert opened == ["opened_in_parts" if in_parts else "opened"]


@needs_onnx_runtime
def test_on_many_cores_as_many_images_are_measured_as_every_core_has_some(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_runtime, "cores", lambda: 8)
    monkeypatch.setattr(fastest, "cores", lambda: 8)
    opened, session = [], onnx_runtime._session
    monkeypatch.setattr(
        onnx_runtime, "_session", lambda path, threads: opened.append(threads) or session(path, threads)
    )
    network = explained_network(small())
    found = fastest.measure_runtimes(network, tmp_path, example_inputs(network, 0.0, 1.0))
    assert found.milliseconds.keys() == {1, 16}
    assert sorted(opened) == [1, 8, 8]


@needs_onnx_runtime
def test_a_network_that_cannot_be_exported_is_left_to_tensorflow(tmp_path, monkeypatch):
    def fails(*_):
        raise NotImplementedError("no such operation")

    monkeypatch.setattr(onnx_runtime, "export", fails)
    network = explained_network(small())
    found = fastest.measure_runtimes(network, tmp_path, example_inputs(network, 0.0, 1.0))
    assert (found.chosen, found.cannot) == (TENSORFLOW, "NotImplementedError")
    assert read_evidence(tmp_path) == found
    assert not (tmp_path / GRAPH_FILE).exists()


@needs_onnx_runtime
def test_what_was_chosen_runs_unless_the_server_is_to_use_tensorflow_alone(tmp_path, monkeypatch):
    network = explained_network(small())
    inputs = example_inputs(network, 0.0, 1.0)
    opened = []
    monkeypatch.setattr(onnx_runtime, "opened", lambda path: opened.append(path) or compiled(network))
    monkeypatch.setattr(fastest, "CHOSEN_BELOW", 100.0)
    monkeypatch.setattr(fastest, "NEVER_ABOVE", 100.0)
    assert fastest.measure_runtimes(network, tmp_path, inputs).chosen == ONNX_RUNTIME
    opened.clear()
    fastest.fastest(network, tmp_path)
    assert opened == [tmp_path / GRAPH_FILE]
    monkeypatch.setenv("MEDDX_RUNTIME", "tensorflow")
    fastest.fastest(network, tmp_path)
    assert len(opened) == 1


def test_without_evidence_tensorflow_runs_it(tmp_path):
    network = explained_network(small())
    inputs = example_inputs(network, 0.0, 1.0)
    for one, other in zip(fastest.fastest(network, tmp_path)(*inputs), compiled(network)(*inputs), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_difference_is_a_share_of_the_largest_value_and_never_overlooked():
    expected = [np.array([[1.0, -4.0]]), np.array([[0.0]]), np.array([[2.0]])]
    found = [np.array([[1.5, -4.0]]), np.array([[0.0]]), np.array([[np.nan]])]
    assert fastest.differences(found, expected) == (0.125, 0.0, np.inf)
    with pytest.raises(ValueError, match="longer"):
        fastest.differences(found[:2], expected)


def test_examples_are_the_same_everywhere_and_fill_the_range():
    network = explained_network(small())
    [images] = example_inputs(network, -1.0, 1.0)
    assert images.shape == (NUMBER, 32, 32, 1)
    assert images.dtype == np.float32
    assert -1 <= images.min() < -0.9
    assert 0.9 < images.max() <= 1
    np.testing.assert_array_equal(images, example_inputs(network, -1.0, 1.0)[0])
