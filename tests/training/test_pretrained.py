import keras
import numpy as np
import pytest

from meddx.errors import Refused
from meddx.model.architectures import ARCHITECTURES
from meddx.training.pretrained import load_pretrained


def efficientnet(channels):
    return ARCHITECTURES["efficientnet_lite0"]((32, 32, channels), 3, "softmax", last_stride=1)


def saved(model, path, **changes):
    arrays = {
        f"{layer.name}/{variable.name}": np.asarray(variable)
        for layer in model.layers
        for variable in layer.variables
        if layer.name not in ("probabilities", "dropout")
    }
    np.savez(path, **(arrays | changes))
    return path


def test_a_grey_network_sees_what_the_colour_network_sees_in_a_grey_image(tmp_path):
    keras.utils.set_random_seed(1)
    colour, grey = efficientnet(3), efficientnet(1)
    path = saved(colour, tmp_path / "w.npz", **{"check/input": np.zeros(3)})
    load_pretrained(grey, path)
    image = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 1)).astype(np.float32)
    of_colour, of_grey = (
        keras.Model(model.input, model.get_layer("features").output)(shown)
        for model, shown in ((colour, np.repeat(image, 3, axis=-1)), (grey, image))
    )
    assert np.asarray(of_grey) == pytest.approx(np.asarray(of_colour), abs=1e-4)
    assert np.asarray(of_grey).max() > 0


def test_weights_of_another_network_are_refused(tmp_path):
    model = efficientnet(1)
    with pytest.raises(Refused, match="has no layer"):
        load_pretrained(model, saved(model, tmp_path / "a.npz", **{"block99_conv/kernel": np.zeros((1, 1))}))
    with pytest.raises(Refused, match="not"):
        load_pretrained(model, saved(model, tmp_path / "b.npz", **{"head_conv/kernel": np.zeros((1, 1))}))
    with pytest.raises(Refused, match="does not exist"):
        load_pretrained(model, tmp_path / "c.npz")


def test_a_part_of_a_network_takes_what_it_has_layers_for(tmp_path):
    part = ARCHITECTURES["efficientnet_lite0"]((64, 64, 1), 2, "softmax", stages=2, head_filters=8)
    kernel = np.full((3, 3, 32, 1), 0.25, np.float32)
    arrays = {"block0_depthwise_conv/kernel": kernel, "block9_project_conv/kernel": np.zeros((1, 1))}
    np.savez(tmp_path / "whole.npz", **arrays)
    load_pretrained(part, tmp_path / "whole.npz", part=True)
    assert np.array_equal(part.get_layer("block0_depthwise_conv").get_weights()[0], kernel)
