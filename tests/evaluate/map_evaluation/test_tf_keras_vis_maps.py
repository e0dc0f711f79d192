"""tf-keras-vis as the registry names it, held against a layer whose maps can be worked out."""

import inspect

import keras
import numpy as np
import pytest

from meddx.evaluate.map_evaluation.tf_keras_vis_maps import (
    TfKerasVis,
    class_of,
    measured_beside,
    reference_name,
    reference_title,
)
from meddx.explain.methods import METHODS, SLOW
from meddx.model.card import read_card
from tests.explain.methods.networks import images
from tests.untrained import write_model

HAVE = [name for name, method in METHODS.items() if method.counterpart is not None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("method", HAVE)
def test_tf_keras_vis_has_the_class_and_takes_the_options(method):
    counterpart = METHODS[method].counterpart
    taken = inspect.signature(class_of(counterpart).__call__).parameters
    assert taken.keys() >= {"score", "seed_input", *counterpart.options}


@pytest.mark.parametrize("method", [name for name in HAVE if measured_beside(name)])
def test_its_maps_are_of_the_label_asked_for_and_of_the_layers_or_the_images_size(method, folder):
    card = read_card(folder / "card.toml")
    model = keras.saving.load_model(folder / "weights.keras", compile=False)
    inputs = images(model)
    explain = TfKerasVis(folder, card, METHODS[method].counterpart)
    maps = explain(inputs, [0, 1, 2])
    of_pixels = METHODS[method].counterpart.kind == "Saliency"
    layer = model.get_layer(card.explained.layer).output.shape[1:3]
    assert maps.shape == (3, *(inputs.shape[1:3] if of_pixels else layer))
    if METHODS[method].counterpart.options.get("smooth_samples"):
        return  # noise is drawn anew at every call
    alone = explain(inputs[1:2], [1])[0]
    if method != "faster-score-cam":  # there, images of a batch share their ten feature maps
        np.testing.assert_allclose(maps[1], alone, rtol=1e-3, atol=1e-4 * np.abs(maps).max())
    assert np.abs(explain(inputs[1:2], [2])[0] - alone).max() > 0


def test_what_is_too_slow_is_not_measured_twice():
    slow = [name for name in HAVE if METHODS[name].passes >= SLOW]
    assert slow == [name for name in HAVE if measured_beside(name) is None]
    assert "score-cam" in slow
    assert measured_beside("rise") is None


def test_rows_are_told_apart_from_meddxs_own():
    assert reference_name("grad-cam") == "tf-keras-vis grad-cam"
    assert reference_title("grad-cam") == "tf-keras-vis: Grad-CAM"
