"""Small networks as people build them, with weights that differ from layer to layer."""

import keras
import numpy as np
from keras import layers


def settle(model, seed=0):
    """Give a network random weights under which its answers depend on the image, normalisation statistics included."""
    random = np.random.default_rng(seed)
    for layer in model._flatten_layers(include_self=False, recursive=True):
        if isinstance(layer, keras.layers.BatchNormalization):
            channels = layer.moving_mean.shape[0]
            layer.moving_mean.assign(0.1 * random.standard_normal(channels))
            layer.moving_variance.assign(random.uniform(0.5, 1.5, channels))
        if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D) and layer.use_bias:
            layer.bias.assign(0.1 * random.standard_normal(layer.bias.shape))
    return model


def convolutions(image, filters=8):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(image)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def classifier(head, side=32, channels=3):
    """A small Functional network. head: what follows the features (n, 8)."""
    image = keras.Input((side, side, channels))
    return settle(keras.Model(image, head(layers.GlobalAveragePooling2D()(convolutions(image)))))


def nested_twice(side=32):
    """A backbone in a network in a network, as transfer learning leaves it: frozen, called for inference."""
    inner_image = keras.Input((side, side, 3))
    backbone = keras.Model(inner_image, convolutions(inner_image), name="backbone")
    backbone.trainable = False
    middle = keras.Sequential([keras.Input((side, side, 3)), layers.Rescaling(1 / 127.5, -1), backbone], name="middle")
    image = keras.Input((side, side, 3))
    x = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augmentation")(image)
    x = middle(x, training=False)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return settle(keras.Model(image, layers.Dense(1, activation="sigmoid")(x)))


def shared_and_branched(side=32):
    """One convolution used twice, two branches of different depth that meet after pooling."""
    image = keras.Input((side, side, 3))
    shared = layers.Conv2D(3, 3, padding="same", activation="relu")
    left = layers.GlobalAveragePooling2D()(shared(shared(image)))
    right = layers.GlobalMaxPooling2D()(convolutions(image))
    x = layers.Dense(8, activation="relu")(layers.Concatenate()([left, right]))
    return settle(keras.Model(image, layers.Dense(3, activation="softmax")(x)))


def mixed_precision(side=32):
    image = keras.Input((side, side, 3))
    policy = "mixed_float16"
    x = layers.Conv2D(8, 3, activation="relu", dtype=policy)(image)
    x = layers.Flatten(dtype=policy)(x)
    x = layers.Dense(2, dtype=policy)(x)
    return settle(keras.Model(image, layers.Activation("softmax", dtype="float32")(x)))


def any_size(channels=3):
    network = keras.Sequential(
        [
            keras.Input((None, None, channels)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(3),
        ]
    )
    return settle(network)
