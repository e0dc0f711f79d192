"""A small convolutional network whose last map stays fine enough to localise a lesion."""

from typing import Literal

import keras
from keras import layers


def _block(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    """Apply convolution without bias, batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) and ReLU."""
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=name)(x)


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    activation: str,
    *,
    filters: tuple[int, ...] = (16, 32, 48, 64),
    pooling: Literal["average", "max"] = "average",
    dropout: float = 0.2,
) -> keras.Model:
    """Build convolution blocks, of which the first three halve the map, global pooling and a Dense layer.

    pooling: "average" (Lin et al. 2013, arXiv:1312.4400) weighs all places alike; "max" (Oquab et al. 2015) lets a
    lesion of a few pixels decide. With either, Grad-CAM is the class activation map up to a constant factor.
    """
    image = keras.Input(input_shape, name="image")
    x = image
    for index, width in enumerate(filters):
        last = index == len(filters) - 1
        x = _block(x, width, stride=2 if index < 3 else 1, name="features" if last else f"block{index + 1}")
    pool = layers.GlobalAveragePooling2D if pooling == "average" else layers.GlobalMaxPooling2D
    x = pool(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(image, layers.Dense(outputs, activation=activation, name="probabilities")(x), name="small_cnn")
