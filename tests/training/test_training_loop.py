import keras
import numpy as np
import pytest

from meddx.errors import Refused
from meddx.model.architectures import small_cnn
from meddx.training.training_loop import freeze, restore_frequencies


def test_frozen_layers_keep_weights_and_statistics_and_the_others_learn():
    keras.utils.set_random_seed(0)
    model = small_cnn.build((16, 16, 1), 2, "softmax", filters=(4, 4, 4))
    freeze(model, "block1")
    model.compile(keras.optimizers.Adam(0.1), keras.losses.CategoricalCrossentropy())
    before = {layer.name: [np.array(w.numpy()) for w in layer.weights] for layer in model.layers}
    images = np.random.default_rng(0).uniform(0, 1, (8, 16, 16, 1)).astype(np.float32)
    model.train_on_batch(images, np.eye(2, dtype=np.float32)[np.arange(8) % 2])
    changed = {
        layer.name: any((w.numpy() != old).any() for w, old in zip(layer.weights, before[layer.name], strict=True))
        for layer in model.layers
        if layer.weights
    }
    assert changed == {
        "block1_conv": False,
        "block1_norm": False,
        "block2_conv": True,
        "block2_norm": True,
        "features_conv": True,
        "features_norm": True,
        "probabilities": True,
    }


def test_a_layer_that_is_not_there_cannot_be_the_last_frozen():
    with pytest.raises(Refused, match="block9"):
        freeze(small_cnn.build((16, 16, 1), 2, "softmax"), "block9")


def test_balanced_probabilities_return_to_the_frequencies_of_training():
    model = small_cnn.build((16, 16, 1), 3, "softmax")
    images = np.random.default_rng(0).uniform(0, 1, (4, 16, 16, 1)).astype(np.float32)
    balanced = np.asarray(model(images))
    targets = np.eye(3, dtype=bool)[[0, 0, 0, 0, 0, 0, 1, 1, 2, 2]]
    restore_frequencies(model, targets)
    # Bayes: likelihood ratio times prior odds of .6 to .2.
    found = np.asarray(model(images))
    assert found[:, 0] / found[:, 1] == pytest.approx(balanced[:, 0] / balanced[:, 1] * 3, rel=1e-4)
    assert found[:, 1] / found[:, 2] == pytest.approx(balanced[:, 1] / balanced[:, 2], rel=1e-4)
