from types import SimpleNamespace

import keras
import numpy as np
import PIL.Image
import pytest

from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.install.progress_report import SilentReport
from meddx.install.reference_features import pooled_features
from meddx.model.card import Input


def test_features_are_the_mean_of_each_channel_of_every_image(tmp_path):
    cases = []
    for name, top in (("a", 51), ("b", 102), ("c", 255)):
        pixels = np.zeros((8, 8), np.uint8)
        pixels[:4] = top
        PIL.Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        cases.append(LabelledCase(name, tmp_path / f"{name}.png", name, ("x",)))
    image = keras.Input((8, 8, 1))
    doubled = keras.layers.Conv2D(2, 1, name="features", use_bias=False)
    model = keras.Model(image, doubled(image))
    doubled.set_weights([np.array([[[[1.0, -2.0]]]])])
    spec = Input(height=8, width=8, channels=1, low=0.0, high=1.0, resize="stretch")
    loaded = SimpleNamespace(network=model, card=SimpleNamespace(input=spec))
    found = pooled_features(loaded, LabelledSet(("x", "y"), tuple(cases)), ["features"], "features", SilentReport())
    # The upper half is 0.2, 0.4 and 1.
    assert list(found) == ["features"]
    assert found["features"] == pytest.approx(np.array([[0.1, -0.2], [0.2, -0.4], [0.5, -1.0]]), abs=1e-6)
