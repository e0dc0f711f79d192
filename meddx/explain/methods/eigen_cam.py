"""Eigen-CAM: Muhammad and Yeasin 2020 (arXiv:2008.00299).

What the network's features mainly respond to on this image. It knows nothing of labels: all get the same map.
"""

import keras
import tensorflow as tf

from meddx.explain.methods.cam_base import Cam


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Maps >= 0, in units of the features: their projection on the first right singular vector."""
    rows, columns, channels = features.shape[1:]
    places = tf.cast(tf.reshape(features, (-1, rows * columns, channels)), tf.float64)
    # The singular vector from the smaller of the two Gram matrices: a hundred times faster than the decomposition.
    if rows * columns <= channels:
        values, vectors = tf.linalg.eigh(tf.matmul(places, places, transpose_b=True))
        projection = vectors[..., -1] * tf.sqrt(tf.maximum(values[..., -1:], 0.0))
    else:
        _, vectors = tf.linalg.eigh(tf.matmul(places, places, transpose_a=True))
        projection = tf.einsum("npk,nk->np", places, vectors[..., -1])
    # A singular vector has no sign of its own: the one in which the image's features mainly lie.
    projection *= tf.where(tf.reduce_sum(projection, axis=1, keepdims=True) < 0, tf.constant(-1.0, tf.float64), 1.0)
    return tf.nn.relu(tf.cast(tf.reshape(projection, (-1, 1, rows, columns)), tf.float32))


def build(network: keras.Model) -> Cam:
    """The method on a network with outputs [features, logits]."""
    return Cam(network, rule)
