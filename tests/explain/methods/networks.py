"""Networks whose answers can be worked out by hand, with outputs [features, logits]."""

import keras
import numpy as np
from keras import layers

from tests.untrained import network as untrained


def small(task="exclusive", **options):
    """The untrained network of the tests, 32 x 32, three labels."""
    keras.utils.set_random_seed(7)
    model = untrained(task, **options)
    model.layers[-1].activation = keras.activations.linear
    return keras.Model(model.inputs[0], [model.get_layer("features").output, model.outputs[0]])


def images(model, number=3, seed=2):
    """Images in [0, 1] with some structure: an edge and a bright disc on noise."""
    height, width, channels = model.inputs[0].shape[1:]
    made = np.random.default_rng(seed).uniform(0, 0.5, (number, height, width, channels)).astype(np.float32)
    made[0, : height // 2] = 0
    y, x = np.mgrid[:height, :width]
    made[-1, (y - height // 3) ** 2 + (x - width // 2) ** 2 < (height // 6) ** 2] = 1
    return made


def global_average(seed=5):
    """Two convolutions, global average pooling, Dense: a linear head."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((16, 16, 1))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    features = layers.Conv2D(6, 3, strides=2, activation="relu")(x)
    return keras.Model(image, [features, layers.Dense(3)(layers.GlobalAveragePooling2D()(features))])


def corner_detector():
    """Logit 0 is the sum of the upper left quarter of a 28 x 28 image, logit 1 minus twice the lower right's.

    The features are the image itself, so a method must find exactly these quarters.
    """
    weights = np.zeros((28, 28, 2), np.float32)
    weights[:14, :14, 0] = 1
    weights[14:, 14:, 1] = -2
    image = keras.Input((28, 28, 1))
    features = layers.Conv2D(1, 1, use_bias=False)
    x = features(image)
    features.set_weights([np.ones((1, 1, 1, 1))])
    dense = layers.Dense(2, use_bias=False)
    logits = dense(layers.Flatten()(x))
    dense.set_weights([weights.reshape(784, 2)])
    return keras.Model(image, [x, logits])
