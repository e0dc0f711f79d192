"""Draw and apply random blur, noise and JPEG compression of training images, so that the network tolerates them."""

from math import ceil

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.model.card import Input
from meddx.training.recipe import Augmentation

BLUR_COLUMN, NOISE_COLUMN, COMPRESSION_COLUMN, SEED_COLUMN = range(4)


def draw_corruptions(generator: np.random.Generator, n: int, amount: Augmentation) -> NDArray[np.float32]:
    """Return (n, 4): blur, noise and compression of each image, and the seed of its noise.

    Each of the three is 0 for half of the images, and uniform up to its amount for the others.
    """
    if not amount.corruptions:  # nothing is drawn, so that other recipes keep their chance
        return np.zeros((n, 4), np.float32)
    amounts = (amount.blur, amount.noise, amount.compression)
    columns = [np.maximum(0, generator.uniform(-most, most, n)) for most in amounts]
    return np.stack([*columns, generator.integers(0, 2**20, n)], axis=1).astype(np.float32)


def corrupt(images: tf.Tensor, corruptions: tf.Tensor, spec: Input, amount: Augmentation) -> tf.Tensor:
    """Return the images blurred, noisy and compressed.

    images and result: float32 (n, height, width, channels) in [low, high]; corruptions: of draw_corruptions.
    """
    shown = (images - spec.low) / (spec.high - spec.low)
    if amount.blur:
        shown = _blurred(shown, corruptions[:, BLUR_COLUMN], spec, ceil(3 * amount.blur))
    if amount.noise:
        seeds = tf.cast(corruptions[:, SEED_COLUMN], tf.int32)
        drawn = tf.map_fn(
            lambda seed: tf.random.stateless_normal(shown.shape[1:], [seed, 0]), seeds, fn_output_signature=tf.float32
        )
        shown = tf.clip_by_value(shown + corruptions[:, NOISE_COLUMN, None, None, None] * drawn, 0, 1)
    if amount.compression:
        shown = tf.map_fn(_compressed, (shown, corruptions[:, COMPRESSION_COLUMN]), fn_output_signature=tf.float32)
    return tf.ensure_shape(shown * (spec.high - spec.low) + spec.low, images.shape)


def _blurred(shown: tf.Tensor, deviation: tf.Tensor, spec: Input, radius: int) -> tf.Tensor:
    """Return each image blurred with its own Gaussian, all at once.

    Images and channels become the channels of one image.
    """
    offsets = tf.range(-radius, radius + 1, dtype=tf.float32)
    weight = tf.exp(-0.5 * (offsets[:, None] / tf.maximum(deviation, 1e-3)) ** 2)
    kernel = tf.repeat(weight / tf.reduce_sum(weight, axis=0), spec.channels, axis=1)
    stacked = tf.reshape(tf.transpose(shown, (1, 2, 0, 3)), (1, spec.height, spec.width, -1))
    stacked = tf.pad(stacked, ((0, 0), (radius, radius), (radius, radius), (0, 0)), "SYMMETRIC")
    for shape in ((-1, 1), (1, -1)):
        size = (2 * radius + 1, 1) if shape == (-1, 1) else (1, 2 * radius + 1)
        along = tf.reshape(kernel, (*size, -1, 1))
        stacked = tf.nn.depthwise_conv2d(stacked, along, (1, 1, 1, 1), "VALID")
    back = tf.reshape(stacked, (spec.height, spec.width, -1, spec.channels))
    return tf.transpose(back, (2, 0, 1, 3))


def _compressed(image_and_amount: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Return the image through 8 bits and JPEG of quality 100 (1 - amount); unchanged at amount 0."""
    image, amount = image_and_amount

    def through() -> tf.Tensor:
        levels = tf.cast(tf.round(image * 255), tf.uint8)
        quality = tf.cast(tf.round(100 * (1 - amount)), tf.int32)
        file = tf.raw_ops.EncodeJpegVariableQuality(
            images=tf.image.grayscale_to_rgb(levels) if image.shape[2] == 1 else levels, quality=quality
        )
        return tf.cast(tf.io.decode_jpeg(file, channels=image.shape[2]), tf.float32) / 255

    return tf.cond(amount > 0, through, lambda: image)
