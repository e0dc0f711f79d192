"""The baseline network: two convolution and pooling blocks, then a dense layer."""

import keras
from keras import layers


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    activation: str,
    *,
    filters: tuple[int, int] = (32, 64),
    units: int = 64,
) -> keras.Model:
    """Build two Conv2D (ReLU) and MaxPooling2D blocks, Flatten, Dense (ReLU), Dense (softmax or sigmoid)."""
    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(filters[0], 3, padding="same", activation="relu", name="block1_conv")(image)
    x = layers.MaxPooling2D(name="block1_pool")(x)
    x = layers.Conv2D(filters[1], 3, padding="same", activation="relu", name="features")(x)
    x = layers.MaxPooling2D(name="block2_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(units, activation="relu", name="dense")(x)
    return keras.Model(image, layers.Dense(outputs, activation=activation, name="probabilities")(x), name="plain_cnn")
