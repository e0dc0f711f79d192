"""What holds for every architecture, the list taken from the registry."""

import keras
import numpy as np
import pytest

from meddx.model.architectures import ARCHITECTURES, EXPLAINED_LAYER, efficientnet_lite, plain_cnn, small_cnn

EVERY = pytest.mark.parametrize("name", sorted(ARCHITECTURES))


@EVERY
@pytest.mark.parametrize(("activation", "channels"), [("softmax", 1), ("sigmoid", 3)])
def test_images_become_probabilities(name, activation, channels):
    model = ARCHITECTURES[name]((160, 128, channels), 3, activation)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 160, 128, channels)).astype(np.float32)
    p = np.asarray(model(images))
    assert p.shape == (2, 3)
    assert ((p > 0) & (p < 1)).all()
    if activation == "softmax":
        assert p.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert model.layers[-1].activation.__name__ == activation


@EVERY
def test_the_explained_map_is_the_last_with_places_and_comes_after_its_relu(name):
    model = ARCHITECTURES[name]((160, 128, 1), 3, "softmax")
    with_places = [layer for layer in model.layers if len(layer.output.shape) == 4]
    later = with_places[with_places.index(model.get_layer(EXPLAINED_LAYER)) + 1 :]
    # Pooling may follow; nothing that mixes channels.
    assert all(isinstance(layer, keras.layers.MaxPooling2D) for layer in later)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 160, 128, 1)).astype(np.float32)
    features = np.asarray(keras.Model(model.input, model.get_layer(EXPLAINED_LAYER).output)(images))
    assert features.min() == 0
    assert features.max() > 0


@EVERY
def test_an_image_does_not_depend_on_its_neighbours_in_the_batch(name):
    model = ARCHITECTURES[name]((64, 64, 1), 3, "softmax")
    images = np.random.default_rng(0).uniform(-1, 1, (3, 64, 64, 1)).astype(np.float32)
    together = np.asarray(model(images, training=False))
    assert np.asarray(model(images[1:2], training=False)) == pytest.approx(together[1:2], abs=1e-6)


def test_the_plain_cnn_is_the_one_that_was_asked_for():
    model = plain_cnn.build((96, 96, 1), 3, "softmax")
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    assert kinds == ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"]
    assert [layer.activation.__name__ for layer in model.layers if hasattr(layer, "activation")] == [
        "relu",
        "relu",
        "relu",
        "softmax",
    ]


def test_efficientnet_lite0_has_the_published_size():
    # Counted in the PyTorch package that its ImageNet weights come from.
    model = efficientnet_lite.build((224, 224, 3), 1000, "softmax")
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == 4_652_008


@pytest.mark.parametrize(("last_stride", "side"), [(2, 5), (1, 10)])
def test_without_the_last_stride_the_map_is_twice_as_fine(last_stride, side):
    model = efficientnet_lite.build((160, 160, 1), 3, "softmax", last_stride=last_stride)
    assert model.get_layer(EXPLAINED_LAYER).output.shape == (None, side, side, 1280)


def test_max_pooling_lets_one_place_decide():
    model = small_cnn.build((192, 192, 1), 2, "sigmoid", pooling="max", dropout=0.0)
    image = np.zeros((1, 192, 192, 1), np.float32)
    lesion, more = image.copy(), image.copy()
    lesion[0, 64:68, 64:68] = 1
    more[0, 64:68, 64:68] = more[0, 128:132, 128:132] = 1  # a second one, a whole number of strides away
    none, one, two = (np.asarray(model(x, training=False)) for x in (image, lesion, more))
    assert abs(one - none).max() > 1e-4
    assert two == pytest.approx(one, abs=1e-6)


def test_five_stages_of_efficientnet_lite0_share_their_layers_with_all_seven():
    part = efficientnet_lite.build((112, 112, 1), 2, "softmax", stages=5, head_filters=192)
    whole = efficientnet_lite.build((112, 112, 1), 2, "softmax")
    assert part.get_layer(EXPLAINED_LAYER).output.shape[1:] == (7, 7, 192)
    names = {layer.name: [tuple(w.shape) for w in layer.weights] for layer in whole.layers}
    own = {layer.name for layer in part.layers if names.get(layer.name) != [tuple(w.shape) for w in layer.weights]}
    assert own == {"new_head_conv", "new_head_norm", "probabilities"}
    assert part.count_params() < 0.75e6


@pytest.mark.parametrize(
    ("stages", "finer", "side", "channels"), [(5, 1, 20, 40 + 112), (7, 1, 10, 112 + 320), (7, 2, 20, 40 + 112 + 320)]
)
def test_a_finer_map_joins_the_last_sizes(stages, finer, side, channels):
    model = efficientnet_lite.build((160, 160, 1), 2, "softmax", stages=stages, head_filters=192, finer=finer)
    assert model.get_layer(EXPLAINED_LAYER).output.shape[1:] == (side, side, 192)
    assert model.get_layer("new_head_conv").kernel.shape == (1, 1, channels, 192)
