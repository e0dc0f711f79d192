"""Faster-Score-CAM: Score-CAM of the feature maps that vary most."""

import keras
import numpy as np
from keras import layers

from meddx.explain.methods import METHODS
from meddx.explain.methods.faster_score_cam import MASKS
from tests.explain.methods.networks import images
from tests.explain.methods.test_score_cam import written_out


def test_it_takes_the_feature_maps_that_vary_most():
    keras.utils.set_random_seed(9)
    taken = keras.Input((16, 16, 1))
    features = layers.Conv2D(24, 3, strides=2, activation="relu")(taken)
    network = keras.Model(taken, [features, layers.Dense(2)(layers.GlobalAveragePooling2D()(features))])
    image = images(network)[-1]
    maps = METHODS["faster-score-cam"].build(network)(image[np.newaxis], [0, 1])[0]
    expected = written_out(network, image, MASKS)
    np.testing.assert_allclose(maps, expected, rtol=1e-3, atol=1e-4 * expected.max())


def test_the_counterpart_is_asked_for_as_many_masks():
    assert METHODS["faster-score-cam"].counterpart.options == {"max_N": MASKS}
