"""Small networks trained in seconds on generated images, as users bring them, and labelled folders of such images."""

from functools import lru_cache
from pathlib import Path

import keras
import numpy as np
import PIL.Image

SIDE = 32
NAMES = ("clear", "spot")


def images(n, seed, *, shape=(SIDE, SIDE), colour=False):
    """Noise with a spot in every second image, uint8 (n, rows, columns, 3), and the number of the class.

    In colour the spot of class 1 is red and that of class 0 blue. Wide images have spots near their left and right ends
    where class 1 has none, so that only the middle says which class it is.
    """
    generator = np.random.default_rng(seed)
    rows, columns = shape
    found = generator.normal(70, 18, (n, rows, columns, 3))
    if not colour:
        found[:] = found[..., :1]
    classes = np.arange(n) % 2
    y, x = np.mgrid[:rows, :columns]

    def spot(row, centre_y, centre_x, channels):
        disc = np.exp(-((y - centre_y) ** 2 + (x - centre_x) ** 2) / 18.0)
        found[row][..., channels] += 120 * disc[..., np.newaxis]

    for row, one in enumerate(classes):
        place = generator.uniform(9, rows - 9), columns / 2 + generator.uniform(-5, 5)
        if colour:
            spot(row, *place, [0] if one else [2])
        elif one:
            spot(row, *place, [0, 1, 2])
        if columns > rows and not one:
            for end in (6, columns - 6):
                spot(row, generator.uniform(9, rows - 9), end, [0, 1, 2])
    return np.clip(found, 0, 255).astype(np.uint8), classes


def write_set(folder: Path, pixels, classes, names=NAMES) -> Path:
    """A folder for each class; grey images are written as grey PNGs."""
    for row, (image, one) in enumerate(zip(pixels, classes, strict=True)):
        place = folder / names[one] / f"{row:03d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        grey = bool((image == image[..., :1]).all())
        PIL.Image.fromarray(image[..., 0] if grey else image).save(place)
    return folder


def network(channels=1, *, units=2, activation="softmax", rescaling=False, size=SIDE):
    image = keras.Input((size, size, channels))
    x = keras.layers.Rescaling(1 / 255)(image) if rescaling else image
    x = keras.layers.Conv2D(8, 5, strides=2, padding="same")(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.8)(x))
    x = keras.layers.Conv2D(16, 3, strides=2, activation="relu", padding="same")(x)
    x = keras.layers.GlobalMaxPooling2D()(x)
    return keras.Model(image, keras.layers.Dense(units, activation=activation)(x))


@lru_cache(maxsize=8)
def trained(channels=1, *, scaled="0-1", units=2, activation="softmax", rescaling=False, colour=False, reverse=False):
    """A network that tells the two classes; scaled: "0-1", or "0-255" where Rescaling is inside."""
    keras.utils.set_random_seed(3)
    pixels, classes = images(240, seed=1, colour=colour)
    values = pixels[..., :channels].astype(np.float32)
    values = values[..., ::-1] if reverse else values
    values = values / 255 if scaled == "0-1" else values
    model = network(channels, units=units, activation=activation, rescaling=rescaling)
    if activation is None:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    else:
        loss = "binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(values, classes, epochs=12, batch_size=16, verbose=0)
    return model


def saved(folder: Path, model, name="mine.keras") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / name)
    return folder / name
