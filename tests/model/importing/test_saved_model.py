import dataclasses
import re
import shutil
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tensorflow.core.protobuf import saved_model_pb2

from meddx.errors import Refused
from meddx.model.importing import saved_model_files, saved_model_graph
from meddx.model.importing.convert_saved_model import network_of_graph
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.found_model import ImportChoices
from meddx.model.importing.prepare import prepare_network
from meddx.model.importing.scan_file import scan_file
from tests.model.importing.networks import classifier, convolutions, nested_twice, settle, shared_and_branched


def squeezed_and_excited():
    """What mobile backbones are made of, and activations that others have."""
    image = keras.Input((32, 32, 3))
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(layers.Rescaling([0.01, 0.02, 0.03], [-1.0, 0.0, 1.0])(image))
    x = layers.BatchNormalization()(layers.Conv2D(6, 3, strides=2, use_bias=False)(x))
    x = layers.Activation("swish")(x)
    x = layers.ReLU(6.0)(layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x))
    gate = layers.Reshape((1, 1, 12))(layers.GlobalAveragePooling2D()(x))
    gate = layers.Conv2D(12, 1, activation="hard_sigmoid")(layers.Conv2D(3, 1, activation="relu")(gate))
    x = layers.Multiply()([x, gate])
    x = layers.Concatenate()([x, layers.Conv2D(4, 3, padding="same")(x)])
    x = layers.AveragePooling2D(2, padding="same")(layers.LeakyReLU(0.1)(x))
    x = layers.Dense(5, activation="gelu")(layers.Flatten()(layers.SeparableConv2D(3, 3)(x)))
    x = layers.LayerNormalization()(x)
    return settle(keras.Model(image, layers.Dense(3, activation="softmax")(x)))


def nested():
    """A backbone in a network in a network, with the scaling inside."""
    inner_image = keras.Input((32, 32, 3))
    backbone = keras.Model(inner_image, convolutions(inner_image), name="backbone")
    middle = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 127.5, -1), backbone])
    image = keras.Input((32, 32, 3))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(middle(image, training=False)))
    return settle(keras.Model(image, layers.Dense(1, activation="sigmoid")(x)))


def of_any_size():
    image = keras.Input((None, None, 1))
    x = layers.GlobalMaxPooling2D()(layers.Conv2D(4, 3, activation="elu")(1.0 - image / 255.0))
    return settle(keras.Model(image, {"kind": layers.Dense(2)(x), "present": layers.Dense(1, activation="sigmoid")(x)}))


@pytest.mark.parametrize(
    "build",
    [
        lambda: classifier(layers.Dense(3, activation="softmax")),
        nested,
        shared_and_branched,
        squeezed_and_excited,
        of_any_size,
    ],
    ids=["plain", "nested", "branched", "gated", "any size"],
)
def test_an_exported_network_is_rebuilt_with_the_same_answers(tmp_path, build):
    model = build()
    model.export(tmp_path / "exported", verbose=False)
    network = network_of_graph(tmp_path / "exported")
    images = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, model.input_shape[-1])).astype(np.float32)
    given, rebuilt = model(images, training=False), network(images, training=False)
    for one, other in zip(keras.tree.flatten(given), keras.tree.flatten(rebuilt), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-5)


def test_a_folder_and_an_archive_of_it_are_found_and_prepared_alike(tmp_path):
    model = nested()
    model.export(tmp_path / "exported", verbose=False)
    found = describe_file(tmp_path / "exported")
    assert (found.format, found.input, found.heads[0].kind) == ("savedmodel", (32, 32), "one sigmoid")
    assert found.scaling_inside == "layer 'rescaling' multiplies by 0.007843 and adds -1"
    assert "rebuilt of Keras layers" in found.notes[0]
    archive = shutil.make_archive(tmp_path / "packed", "zip", tmp_path, "exported")
    assert scan_file(tmp_path / "packed.zip").sha256 == found.sha256
    choices = ImportChoices(found.heads[0].name, True, (32, 32), "inside")
    prepared = prepare_network(tmp_path / archive, choices)
    images = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    np.testing.assert_allclose(prepared.network(images)[:, 1:], model(images, training=False), atol=1e-5)
    assert prepared.network.get_layer(prepared.explained_layer).output.shape[1:] == (16, 16, 8)


def test_a_graph_that_augments_whenever_it_is_asked_is_refused(tmp_path):
    nested_twice().export(tmp_path / "exported", verbose=False)
    with pytest.raises(Refused, match="at random whenever") as refused:
        scan_file(tmp_path / "exported")
    assert refused.value.rule == "always-training"


class Program(tf.Module):
    """A SavedModel whose function does something with the image before it classifies."""

    def __init__(self, work, **spec):
        super().__init__()
        random = np.random.default_rng(0)
        self.kernel = tf.Variable(random.standard_normal((3, 3, 3, 4)).astype(np.float32))
        self.statistics = [tf.Variable(random.uniform(0.5, 1.5, 4).astype(np.float32)) for _ in range(4)]
        self.dense = tf.Variable(random.standard_normal((4, 2)).astype(np.float32))
        given = tf.TensorSpec(spec.get("shape", (None, 16, 16, 3)), spec.get("dtype", tf.float32), name="image")
        self.answer = tf.function(lambda image: {"out": work(self, image)}, input_signature=[given])

    def save(self, folder):
        tf.saved_model.save(self, str(folder), signatures=self.answer)
        return folder


def classified(self, image):
    x = tf.nn.conv2d(image, self.kernel, 2, [[0, 0], [1, 0], [1, 0], [0, 0]])
    x, *_ = tf.compat.v1.nn.fused_batch_norm(x, *self.statistics, is_training=False)  # as Keras 2 wrote it
    return tf.nn.softmax(tf.reshape(tf.reduce_mean(tf.nn.relu(x), [1, 2]), [-1, 4]) @ self.dense)


def test_a_graph_as_keras_2_wrote_it_is_rebuilt(tmp_path):
    program = Program(classified)
    network = network_of_graph(program.save(tmp_path / "saved"))
    images = np.random.default_rng(0).uniform(0, 1, (2, 16, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(network(images), program.answer(images)["out"], atol=1e-5)
    assert describe_file(tmp_path / "saved").heads[0].kind == "softmax"


def with_defaults(self, image):
    """Settings that are TensorFlow's own, which a SavedModel does not state; and a squeeze of two axes among three."""
    x, *_ = tf.compat.v1.nn.fused_batch_norm(
        tf.nn.conv2d(image, self.kernel, 1, "SAME"), *self.statistics, epsilon=1e-4, is_training=False
    )
    x = tf.reduce_mean(tf.nn.leaky_relu(x, 0.2), [1, 2, 3], keepdims=True)
    return tf.sigmoid(tf.squeeze(x, [1, 2]))


def test_settings_that_are_left_out_are_those_of_tensorflow(tmp_path):
    program = Program(with_defaults)
    program.statistics[3].assign([0.0, 1e-4, 1e-3, 1.0])  # a variance beside which epsilon counts
    network = network_of_graph(program.save(tmp_path / "saved"))
    images = np.random.default_rng(0).uniform(0, 1, (2, 16, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(network(images), program.answer(images)["out"], atol=1e-5)


def test_constants_are_counted_together(tmp_path, monkeypatch):
    def shifted(self, image):
        for _ in range(100):
            image = image + tf.constant([0.1, 0.2, 0.3])
        return classified(self, image)

    folder = Program(shifted).save(tmp_path / "saved")
    monkeypatch.setattr(saved_model_graph, "MOST_NUMBERS", 200)  # the variables are 132
    with pytest.raises(Refused) as refused:
        network_of_graph(folder)
    assert refused.value.rule == "too-many-weights"


def test_variables_are_counted_together(sound):
    graph = saved_model_graph.read_graph(sound)
    often = dataclasses.replace(graph, captured=graph.captured * 1000)
    with pytest.raises(Refused) as refused:
        saved_model_graph.captured_values(often, sound)
    assert refused.value.rule == "too-many-weights"


def touched(marker):
    marker.write_text("executed")
    return np.float32(0)


@pytest.mark.parametrize(
    ("operation", "work"),
    [
        ("ReadFile", lambda marker: tf.strings.to_number(tf.io.read_file(str(marker)))),
        ("WriteFile", lambda marker: with_writing(marker) + 0.0),
        ("PyFunc", lambda marker: tf.numpy_function(lambda: touched(marker), [], tf.float32)),
        ("EagerPyFunc", lambda marker: tf.py_function(lambda: touched(marker), [], tf.float32)),
        ("Where", lambda _: tf.cast(tf.size(tf.where([True, False])), tf.float32)),
    ],
)
def test_an_operation_that_is_no_part_of_a_network_is_named_and_not_run(tmp_path, operation, work):
    marker = tmp_path / "marker"

    def program(self, image):
        return classified(self, image + tf.reshape(work(marker), ()))

    folder = Program(program).save(tmp_path / "saved")
    with pytest.raises(Refused) as refused:
        describe_file(folder)
    assert refused.value.rule == "graph-operation"
    assert operation in refused.value.reason
    assert not marker.exists()


def with_writing(marker):
    with tf.control_dependencies([tf.io.write_file(str(marker), "executed")]):
        return tf.identity(1.0)


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ({"dtype": tf.string, "shape": (None,)}, "not-an-image-input"),
        ({"shape": None}, "not-an-image-input"),
        ({"shape": (None, 16)}, "not-an-image-input"),
    ],
)
def test_a_function_of_anything_but_one_image_is_refused(tmp_path, spec, rule):
    def answer(_, given):
        return tf.zeros((tf.shape(given)[0], 2))

    with pytest.raises(Refused) as refused:
        scan_file(Program(answer, **spec).save(tmp_path / "saved"))
    assert refused.value.rule == rule


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return Program(classified).save(tmp_path_factory.mktemp("sound") / "saved")


def changed(sound, folder, change):
    """Copy the folder with its graph changed in place."""
    shutil.copytree(sound, folder)
    saved = saved_model_pb2.SavedModel.FromString((sound / "saved_model.pb").read_bytes())
    change(saved.meta_graphs[0])
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    return folder


def calls_itself(meta):
    for function in meta.graph_def.library.function:
        for node in function.node_def:
            if node.op.endswith("PartitionedCall"):
                node.attr["f"].func.name = function.signature.name


def takes_itself(meta):
    for function in meta.graph_def.library.function:
        for node in function.node_def:
            if node.op == "Relu":
                node.input[0] = f"{node.name}:activations:0"


def takes_another_output(meta):
    for function in meta.graph_def.library.function:
        for node in function.node_def:
            if node.op == "Relu":
                node.input[0] = node.input[0].replace(":y:", ":reserve_space_3:")


def huge_constant(meta):
    for function in meta.graph_def.library.function:
        for node in function.node_def:
            if node.op == "Const" and node.attr["value"].tensor.tensor_shape.dim:
                node.attr["value"].tensor.tensor_shape.dim[0].size = 2**40


def no_functions(meta):
    del meta.graph_def.library.function[:]


def no_objects(meta):
    meta.object_graph_def.Clear()


def no_output(meta):
    meta.signature_def["serving_default"].outputs["out"].name = "nothing"


@pytest.mark.parametrize(
    "change",
    [calls_itself, takes_itself, takes_another_output, huge_constant, no_functions, no_objects, no_output],
    ids=lambda one: one.__name__,
)
def test_a_broken_graph_is_refused_in_one_sentence(sound, tmp_path, change):
    folder = changed(sound, tmp_path / "changed", change)
    with pytest.raises(Refused) as refused:
        describe_file(folder)
    assert re.fullmatch(r"[^\n]+\.", refused.value.reason)


def test_a_folder_that_lacks_a_file_or_holds_a_link_is_refused(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "one")
    (tmp_path / "one" / "variables" / "variables.index").unlink()
    shutil.copytree(sound, tmp_path / "two")
    (tmp_path / "two" / "saved_model.pb").unlink()
    (tmp_path / "two" / "saved_model.pb").symlink_to(sound / "saved_model.pb")
    shutil.copytree(sound, tmp_path / "three")
    (tmp_path / "three" / "saved_model.pb").unlink()
    rules = []
    for name in ("one", "two", "three"):
        with pytest.raises(Refused) as refused:
            scan_file(tmp_path / name)
        rules.append(refused.value.rule)
    assert rules == ["savedmodel-incomplete", "savedmodel-incomplete", "not-a-model-file"]


def test_a_keras_archive_is_scanned_as_one_whatever_else_is_in_it(sound, tmp_path):
    classifier(layers.Dense(2, activation="softmax"), side=16).save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras", "a") as archive:
        for file in (one for one in sound.rglob("*") if one.is_file()):
            archive.write(file, str(file.relative_to(sound)))
    with pytest.raises(Refused) as refused:
        scan_file(tmp_path / "model.keras")
    assert refused.value.rule == "archive-member"


def test_an_archive_is_held_to_the_limit_as_a_whole(sound, tmp_path, monkeypatch):
    shutil.make_archive(tmp_path / "packed", "zip", sound)
    sizes = [file.stat().st_size for file in sound.rglob("*") if file.is_file() and "fingerprint" not in file.name]
    monkeypatch.setattr(saved_model_files, "LARGEST_FILE", sum(sizes) - 1)
    with pytest.raises(Refused) as refused:
        scan_file(tmp_path / "packed.zip")
    assert refused.value.rule == "archive-too-large"  # before all of it is unpacked


@pytest.mark.parametrize("bad", ["twice", "bomb", "path", "two models"])
def test_an_archive_of_a_folder_is_held_to_limits(sound, tmp_path, bad):
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (one for one in sound.rglob("*") if one.is_file()):
            archive.write(file, f"saved/{file.relative_to(sound)}")
        if bad == "bomb":
            archive.writestr("saved/variables/variables.data-00001-of-00002", bytes(2**24))
        elif bad == "two models":
            archive.writestr("other/saved_model.pb", b"")
        elif bad == "path":
            archive.writestr("saved/../../escaped/variables/variables.index", b"x")
            archive.writestr("saved/variables/../../../escaped", b"x")
        else:
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("saved/saved_model.pb", b"")
    if bad == "path":  # never unpacked
        scan_file(path)
        assert not list(tmp_path.parent.rglob("escaped"))
        return
    with pytest.raises(Refused) as refused:
        scan_file(path)
    assert refused.value.rule in ("archive-member", "archive-bomb")
