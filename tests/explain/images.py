"""Network inputs drawn so that every shipped network has evidence for some label in at least one of them."""

import numpy as np

BLOTCH = 4
"""Pixels across one blotch."""


def drawn_images(height, width, channels, low, high):
    """float32 (3, height, width, channels) within low and high.

    Noise with an edge; a disc of blotches on black; a grey disc with a bright spot. Networks that were taught where
    evidence may lie (brain slices) have none in noise, and others none in the disc.
    """
    generator = np.random.default_rng(2)
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1) - 0.5
    disc = y**2 / 0.4**2 + x**2 / 0.34**2 < 1
    noise = generator.uniform(0, 1, (height, width))
    noise[: height // 2] = 0
    blotches = generator.uniform(0, 1, (-(-height // BLOTCH), -(-width // BLOTCH)))
    blotches = blotches.repeat(BLOTCH, axis=0).repeat(BLOTCH, axis=1)[:height, :width]
    spot = 0.7 * np.exp(-((y + 0.15) ** 2 + (x + 0.1) ** 2) / (2 * 0.03**2))
    shown = np.stack([noise, disc * blotches, np.clip(disc * 0.3 + spot, 0, 1)])
    return np.repeat((low + shown * (high - low))[..., np.newaxis], channels, axis=-1).astype(np.float32)
