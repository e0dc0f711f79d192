"""Draw and apply random shifts, rotations, scales and exposures of training images."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.model.card import Input
from meddx.training.recipe import Augmentation


def draw_transforms(
    generator: np.random.Generator, n: int, amount: Augmentation, height: int, width: int
) -> NDArray[np.float32]:
    """Return random projective transforms (n, 8) from output to input pixels.

    In the format of tf.raw_ops.ImageProjectiveTransformV3. Rotation and scale are about the centre of the image, then
    it is shifted.
    """
    turn = np.deg2rad(generator.uniform(-amount.rotation, amount.rotation, n))
    scale = 1 / generator.uniform(1 - amount.scale, 1 + amount.scale, n)
    down, right = (generator.uniform(-amount.shift, amount.shift, n) * side for side in (height, width))
    mirror = np.where(amount.mirror & (generator.random(n) < 0.5), -1.0, 1.0)
    flip = np.ones(n)
    if amount.flip:  # drawn only where asked for, so that other recipes keep their chance
        flip = np.where(generator.random(n) < 0.5, -1.0, 1.0)
    if amount.quarter_turns:
        turn = turn + np.pi / 2 * generator.integers(0, 4, n)
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    a, b = mirror * scale * np.cos(turn), -mirror * scale * np.sin(turn)
    c, d = flip * scale * np.sin(turn), flip * scale * np.cos(turn)
    x, y = centre_x + right, centre_y + down
    zero = np.zeros(n)
    rows = [a, b, centre_x - a * x - b * y, c, d, centre_y - c * x - d * y, zero, zero]
    return np.stack(rows, axis=1).astype(np.float32)


def draw_exposures(generator: np.random.Generator, n: int, amount: Augmentation, spec: Input) -> NDArray[np.float32]:
    """Return (n, 2): factor of the contrast about the image's mean, and offset in units of the input."""
    contrast = generator.uniform(1 - amount.contrast, 1 + amount.contrast, n)
    offset = generator.uniform(-amount.brightness, amount.brightness, n) * (spec.high - spec.low)
    return np.stack([contrast, offset], axis=1).astype(np.float32)


def apply(images: tf.Tensor, transforms: tf.Tensor, exposures: tf.Tensor, spec: Input) -> tf.Tensor:
    """Return the images transformed and with their exposure changed.

    Pixels from outside the image are black before the exposure changes. images and result: float32 (n, height, width,
    channels) in [low, high].
    """
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=tf.constant([spec.height, spec.width]),
        fill_value=tf.constant(spec.low, tf.float32),
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    contrast, offset = exposures[:, 0, None, None, None], exposures[:, 1, None, None, None]
    mean = tf.reduce_mean(moved, axis=(1, 2, 3), keepdims=True)
    return tf.clip_by_value((moved - mean) * contrast + mean + offset, spec.low, spec.high)
