import keras
import numpy as np
import pytest
from keras import layers

from meddx.errors import Refused
from meddx.model.importing import convert_file
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.read_network import read_network
from meddx.model.importing.scan_file import scan_file
from tests.model.importing.networks import classifier, nested_twice


def test_a_file_is_converted_once_and_answers_as_before(tmp_path, monkeypatch):
    model = nested_twice()
    model.save(tmp_path / "model.h5")
    scanned = scan_file(tmp_path / "model.h5")
    images = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    np.testing.assert_allclose(read_network(scanned)(images, training=False), model(images, training=False), atol=1e-6)
    monkeypatch.setattr(convert_file.subprocess, "run", lambda *_, **__: pytest.fail("converted again"))
    assert describe_file(tmp_path / "model.h5").format == "h5"


def test_what_the_other_process_refuses_is_refused_here_in_its_words(tmp_path):
    classifier(layers.Dense(2)).save(tmp_path / "model.h5")
    scanned = scan_file(tmp_path / "model.h5")
    (tmp_path / "model.h5").write_bytes(b"something else")
    with pytest.raises(Refused, match="neither a Keras archive") as refused:
        read_network(scanned)
    assert refused.value.rule == "not-a-model-file"


def test_a_process_that_ends_without_an_answer_is_told(tmp_path, monkeypatch):
    classifier(layers.Dense(3)).save(tmp_path / "model.h5")
    monkeypatch.setattr(convert_file.sys, "executable", "/bin/false")
    with pytest.raises(Refused, match="status 1") as refused:
        describe_file(tmp_path / "model.h5")
    assert refused.value.rule == "conversion-failed"


def test_layers_of_keras_applications_are_found_in_h5_files(tmp_path):
    # Keras itself cannot read these two from the HDF5 files that it writes; the sum is an operation there, no layer.
    from keras.src.applications.convnext import LayerScale

    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, padding="same")(image / 255)
    x = x + LayerScale(0.5, 4)(x)
    model = keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    model.save(tmp_path / "model.h5")
    images = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(read_network(scan_file(tmp_path / "model.h5"))(images), model(images), atol=1e-6)
