"""Make network inputs to compare runtimes with: of no patient, the same everywhere, in the range of real ones."""

import keras
import numpy as np
from numpy.typing import NDArray

NUMBER = 8
"""Images, from coarse structure to fine: squares of 128 pixels, of 64, and so on down to single ones."""


def example_inputs(network: keras.Model, low: float, high: float) -> tuple[NDArray[np.float32], ...]:
    """Return NUMBER inputs of a network: images within low and high, and vectors of what it takes beside them."""
    generator = np.random.default_rng(0)
    image, *beside = network.inputs
    height, width, channels = image.shape[1:]
    images = [
        generator.uniform(low, high, (-(-height // side), -(-width // side), channels))
        .repeat(side, axis=0)
        .repeat(side, axis=1)[:height, :width]
        for side in 2 ** np.arange(NUMBER)
    ]
    vectors = [generator.normal(size=(NUMBER, *one.shape[1:])) for one in beside]
    return tuple(np.asarray(one, np.float32) for one in (np.stack(images), *vectors))
