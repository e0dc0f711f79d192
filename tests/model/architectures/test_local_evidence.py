import keras
import numpy as np
import pytest
import tensorflow as tf

from meddx.config import models_dir
from meddx.explain.methods.registry import METHODS
from meddx.model.architectures import EXPLAINED_LAYER, efficientnet_lite, local_evidence
from meddx.model.loading import load_model
from meddx.model.registry import list_models

SHIPPED = [model for model in list_models(models_dir()).models if model.card.architecture == "local_evidence"]
GENERATOR = np.random.default_rng(7)


def strong(outputs, activation):
    """A network whose evidence is as strong as a trained network's."""
    model = local_evidence.build((112, 112, 1), outputs, activation)
    model.layers[-1].activation = keras.activations.linear
    noise = GENERATOR.uniform(-1, 1, (8, 112, 112, 1)).astype(np.float32)
    model.layers[-1].kernel.assign(model.layers[-1].kernel * (5 / np.abs(model(noise)).max()))
    return model


def with_logits(model):
    """The network as meddx.model.loading gives it: features and logits."""
    model.layers[-1].activation = keras.activations.linear
    return keras.Model(model.input, [model.get_layer(EXPLAINED_LAYER).output, model.output])


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_the_map_adds_up_to_the_logit(activation):
    model = strong(3, activation)
    bias = np.array([0.5, -2.0, 1.0], np.float32)
    model.layers[-1].bias.assign(bias)
    network = with_logits(model)
    images = GENERATOR.uniform(-1, 1, (4, 112, 112, 1)).astype(np.float32)
    maps = METHODS["hires-cam"].build(network)(images, [0, 1, 2])
    assert maps.shape == (4, 3, 28, 28)
    logits = np.asarray(network(images, training=False)[1])
    assert abs(logits - bias).max() > 1e-2
    assert maps.sum(axis=(2, 3)) + bias == pytest.approx(logits, abs=1e-5)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.card.id)
def test_the_map_of_a_shipped_model_adds_up_to_its_logit(model):
    network = load_model(model.folder).network
    card = model.card.input
    smooth = GENERATOR.uniform(card.low, card.high, (4, 14, 14, card.channels)).astype(np.float32)
    images = np.asarray(tf.image.resize(smooth, (card.height, card.width)))
    maps = METHODS["hires-cam"].build(network)(images, range(len(model.card.labels)))
    assert min(maps.shape[2:]) >= 28
    logits = np.asarray(network(images, training=False)[1])
    bias = np.asarray(network.get_layer("probabilities").bias)
    assert abs(logits - bias).max() > 0.1
    assert maps.sum(axis=(2, 3), dtype=np.float64) + bias == pytest.approx(logits, abs=1e-5)


@pytest.mark.parametrize(("blocks", "step", "side"), [(3, 4, 19), (4, 4, 35), (5, 4, 51), (4, 8, 35), (5, 8, 67)])
def test_a_place_sees_its_patch_and_nothing_else(blocks, step, side):
    model = local_evidence.build((128, 128, 1), 2, "softmax", blocks=blocks, step=step, filters=16)
    features = keras.Model(model.input, model.get_layer(EXPLAINED_LAYER).output)
    assert features.output_shape == (None, 128 // step, 128 // step, 16)
    images = tf.constant(GENERATOR.uniform(-1, 1, (16, 128, 128, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        place = tf.reduce_sum(features(images, training=False)[:, 64 // step, 64 // step])
    seen = np.argwhere(np.abs(tape.gradient(place, images)).sum(axis=(0, 3)) > 0)
    assert (np.ptp(seen, axis=0) + 1).tolist() == [side, side]
    assert local_evidence.receptive_field(blocks, step) == side


def test_what_lies_outside_its_patch_changes_nothing_of_what_a_place_says():
    model = strong(2, "softmax")
    network = with_logits(model)
    image = GENERATOR.uniform(-1, 1, (1, 112, 112, 1)).astype(np.float32)
    hidden = image.copy()
    hidden[:, 40:72, 40:72] = 0
    explain = METHODS["hires-cam"].build(network)
    before, after = explain(image, [1])[0, 0], explain(hidden, [1])[0, 0]
    changed = np.argwhere(np.abs(after - before) > 1e-7)
    reach = 17  # half of the 35 pixels
    assert changed.min() * 4 + 3 >= 40 - reach
    assert changed.max() * 4 <= 72 + reach
    assert len(changed) > 100
    logit_before, logit_after = (float(network(x, training=False)[1][0, 1]) for x in (image, hidden))
    assert logit_after - logit_before == pytest.approx(float((after - before).sum()), abs=1e-5)


def test_the_blocks_keep_their_statistics_in_training():
    model = local_evidence.build((64, 64, 1), 2, "softmax")
    images = GENERATOR.uniform(-1, 1, (4, 64, 64, 1)).astype(np.float32)
    blocks = keras.Model(model.input, model.get_layer("block3_project_norm").output)
    before = [variable.numpy() for variable in blocks.variables]
    in_training, later = (np.asarray(blocks(images, training=training)) for training in (True, False))
    assert np.abs(later).max() > 0
    assert in_training == pytest.approx(later, rel=1e-5)
    assert all((variable.numpy() == old).all() for variable, old in zip(blocks.variables, before, strict=True))
    moved = model.get_layer("widen_norm").moving_variance
    start = moved.numpy()
    model(images, training=True)
    assert (moved.numpy() != start).any()


def test_its_blocks_are_those_of_efficientnet_lite0_seen_at_every_place():
    whole = efficientnet_lite.build((64, 64, 1), 2, "softmax")
    local = local_evidence.build((64, 64, 1), 2, "softmax")
    for layer in local.layers:
        if layer.name.startswith(("stem", "block")) and layer.weights:
            layer.set_weights(whole.get_layer(layer.name).get_weights())
    image = GENERATOR.uniform(-1, 1, (1, 64, 64, 1)).astype(np.float32)
    coarse, fine = (
        np.asarray(keras.Model(model.input, model.get_layer("block3_project_norm").output)(image))
        for model in (whole, local)
    )
    assert fine.shape[1:3] == (16, 16)
    # Padded by one at the far side for a stride of two, the coarse map's places are every second one of the fine map.
    assert fine[:, 1:-1:2, 1:-1:2][:, 1:6, 1:6] == pytest.approx(coarse[:, 1:6, 1:6], abs=1e-5)
