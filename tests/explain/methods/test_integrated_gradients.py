"""Integrated Gradients: exact on a linear network, nothing where nothing changes (the paper's sensitivity axiom)."""

import keras
import numpy as np
import pytest

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import no_progress
from meddx.explain.methods.integrated_gradients import (
    SEGMENTS,
    SMALLEST_TOLERANCE,
    TYPICAL_STEPS,
    IntegratedGradients,
    _Steps,
)
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import corner_detector, images, small


def test_on_a_linear_network_it_is_weight_times_change():
    network = corner_detector()
    inputs = images(network)
    maps = METHODS["integrated-gradients"].build(network)(inputs, [0, 1])
    change = (inputs - blurred(inputs))[..., 0]
    expected = np.zeros_like(maps)
    expected[:, 0, :14, :14] = change[:, :14, :14]
    expected[:, 1, 14:, 14:] = -2 * change[:, 14:, 14:]
    assert_rounds_alike(maps, expected, products(network))


def test_a_flat_image_has_nothing_to_explain():
    network = small()
    flat = np.full((1, 32, 32, 1), 0.5, np.float32)
    assert np.abs(METHODS["integrated-gradients"].build(network)(flat, [0, 1, 2])).max() < 1e-6


def test_it_adds_up_to_the_difference_of_the_logits():
    network = small()
    inputs = images(network)
    maps = METHODS["integrated-gradients"].build(network)(inputs, [0, 1, 2])
    difference = network(inputs)[1].numpy() - network(blurred(inputs))[1].numpy()
    np.testing.assert_allclose(maps.sum(axis=(2, 3)), difference, rtol=0.01, atol=0.01)


def test_most_steps_are_taken_where_the_logit_bends():
    """A logit of max(0, image's mean - 0.7): the way is straight but for one bend."""
    image = keras.Input((8, 8, 1))
    dense = keras.layers.Dense(1, activation="relu")
    flat = keras.layers.Flatten()(image)
    network = keras.Model(image, [image, dense(flat)])
    dense.set_weights([np.full((64, 1), 1 / 64, np.float32), np.array([-0.7], np.float32)])
    asked = []
    explain = IntegratedGradients(network)
    with_logits = explain._gradients.with_logits

    def watched(inputs, labels):
        asked.extend(inputs.mean(axis=(1, 2, 3)).tolist())
        return with_logits(inputs, labels)

    explain._gradients.with_logits = watched
    bright, dark = np.ones((8, 8, 1), np.float32), np.zeros((8, 8, 1), np.float32)
    found = explain._of_one(bright, dark, 0, _Steps(1, no_progress))
    assert found.sum() == pytest.approx(0.3, abs=SMALLEST_TOLERANCE)
    between = np.array(asked[SEGMENTS + 1 :])
    assert len(between)
    assert np.abs(between - 0.7).min() < 1 / SEGMENTS / 4


def test_what_is_left_is_expected_from_the_maps_that_are_through():
    told = []
    steps = _Steps(3, lambda done, total: told.append((done, total)))
    steps.take(9)
    steps.take(11)
    steps.finish()
    steps.take(9)
    steps.take(30)  # more than the first took
    assert told == [(0, 3 * TYPICAL_STEPS), (9, 3 * TYPICAL_STEPS), (20, 60), (29, 79)]
