import keras
import numpy as np
import pytest
from keras import layers

from meddx.explain.map_check.weight_randomisation import CASCADE, RandomisedNetwork
from meddx.explain.methods import METHODS
from tests.explain.methods.networks import global_average, images


def network():
    """Convolution, batch normalisation with values of its own, Dense."""
    keras.utils.set_random_seed(3)
    image = keras.Input((16, 16, 1))
    x = layers.Conv2D(6, 3, use_bias=False)(image)
    norm = layers.BatchNormalization()
    features = layers.ReLU()(norm(x))
    made = keras.Model(image, [features, layers.Dense(3)(layers.GlobalAveragePooling2D()(features))])
    random = np.random.default_rng(0)
    norm.set_weights([random.uniform(1, 2, 6).astype(np.float32) for _ in norm.weights])
    return made


def changed(model, randomised):
    """Of each layer with weights, whether the clone's differ."""
    pairs = zip(model.layers, randomised.clone.layers, strict=True)
    return [
        any((a != b).any() for a, b in zip(one.get_weights(), clone.get_weights(), strict=True))
        for one, clone in pairs
        if one.weights
    ]


def test_the_network_itself_stays_as_it_is_bit_for_bit():
    model = global_average()
    before, answers = model.get_weights(), model(images(model))[1].numpy()
    randomised = RandomisedNetwork(model)
    explain = METHODS["grad-cam"].build(randomised.clone)
    for share, seed in CASCADE:
        randomised.shuffle(share, seed)
        explain(images(model), [0])
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(answers, model(images(model))[1].numpy())


def test_shuffling_begins_at_the_answer_and_each_step_goes_deeper():
    model = global_average()
    randomised = RandomisedNetwork(model)
    randomised.shuffle(0.0)
    assert changed(model, randomised) == [False, False, True]
    randomised.shuffle(0.67)
    assert changed(model, randomised) == [False, True, True]
    randomised.shuffle(1.0)
    assert changed(model, randomised) == [True, True, True]
    randomised.shuffle(0.0)
    assert changed(model, randomised) == [False, False, True]


def test_values_are_kept_and_batch_normalisation_moves_whole_channels():
    model = network()
    randomised = RandomisedNetwork(model)
    randomised.shuffle(1.0)
    for one, clone in zip(model.get_weights(), randomised.clone.get_weights(), strict=True):
        np.testing.assert_array_equal(np.sort(one, axis=None), np.sort(clone, axis=None))
    [norm] = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    shuffled = randomised.clone.get_layer(norm.name)
    before = set(zip(*(one.tolist() for one in norm.get_weights()), strict=True))
    assert before == set(zip(*(one.tolist() for one in shuffled.get_weights()), strict=True))


def test_equal_seeds_give_equal_weights_and_others_others():
    randomised = RandomisedNetwork(network())

    def weights(seed):
        randomised.shuffle(1.0, seed)
        return np.concatenate([one.ravel() for one in randomised.clone.get_weights()])

    np.testing.assert_array_equal(weights(0), weights(0))
    assert (weights(0) != weights(1)).any()


def test_what_is_compiled_on_the_clone_sees_every_shuffle():
    model = global_average()
    randomised = RandomisedNetwork(model)
    explain = METHODS["grad-cam"].build(randomised.clone)
    randomised.shuffle(1.0, 0)
    first = explain(images(model), [0])
    randomised.shuffle(1.0, 1)
    assert np.abs(explain(images(model), [0]) - first).max() > 1e-4
    randomised.shuffle(1.0, 0)
    np.testing.assert_array_equal(explain(images(model), [0]), first)


def test_the_order_of_steps_does_not_matter_and_restoring_reads_the_network_anew():
    model = global_average()
    straight, by_steps = RandomisedNetwork(model), RandomisedNetwork(model)
    straight.shuffle(0.67, 1)
    for share, seed in ((1.0, 1), (0.0, 0), (1.0, 0), (0.67, 1)):
        by_steps.shuffle(share, seed)
    for one, other in zip(straight.clone.get_weights(), by_steps.clone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    model.set_weights([2 * one for one in model.get_weights()])
    by_steps.restore()
    for one, other in zip(model.get_weights(), by_steps.clone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_layers_that_learned_nothing_are_left_alone():
    image = keras.Input((16, 16, 1))
    scale = layers.Normalization(mean=[0.2], variance=[0.7])
    features = layers.Conv2D(4, 3)(scale(image))
    model = keras.Model(image, [features, layers.Dense(2)(layers.GlobalAveragePooling2D()(features))])
    randomised = RandomisedNetwork(model)
    randomised.shuffle(1.0)
    answer = randomised.clone.get_layer(scale.name)(np.ones((1, 16, 16, 1), np.float32))
    assert float(np.asarray(answer).ravel()[0]) == pytest.approx((1 - 0.2) / np.sqrt(0.7), rel=1e-5)
