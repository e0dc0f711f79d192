"""Eigen-CAM: the projection on the first right singular vector, as NumPy finds it."""

import numpy as np
import pytest
import tensorflow as tf

from meddx.explain.methods.eigen_cam import rule


@pytest.mark.parametrize("channels", [5, 40], ids=["fewer channels than places", "more channels than places"])
def test_it_is_the_projection_that_numpy_finds(channels):
    features = np.random.default_rng(channels).uniform(-0.5, 1, (3, 4, 5, channels)).astype(np.float32)
    maps = rule(tf.constant(features), None).numpy()
    assert maps.shape == (3, 1, 4, 5)
    for found, activation in zip(maps[:, 0], features, strict=True):
        places = activation.reshape(20, channels).astype(np.float64)
        projection = places @ np.linalg.svd(places, full_matrices=False)[2][0]
        projection *= np.sign(projection.sum())
        np.testing.assert_allclose(found.ravel(), np.maximum(projection, 0), rtol=1e-4, atol=1e-5)


def test_features_of_one_pattern_are_found_whatever_their_sign():
    pattern = np.zeros((4, 5), np.float32)
    pattern[1, 2], pattern[3, 3] = 2, 1
    features = pattern[np.newaxis, ..., np.newaxis] * np.array([3.0, -4.0], np.float32)
    np.testing.assert_allclose(rule(tf.constant(features), None)[0, 0], 5 * pattern, atol=1e-5)


def test_an_image_without_any_feature_has_an_empty_map():
    assert not rule(tf.zeros((1, 4, 5, 6)), None).numpy().any()
