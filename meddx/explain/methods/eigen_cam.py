"""Compute Eigen-CAM (Muhammad and Yeasin 2020, arXiv:2008.00299), the first principal component of the features.

It shows what the features mainly respond to in this image and knows nothing of labels: all get the same map.
"""

import tensorflow as tf


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Return maps >= 0 in units of the features: their projection on their first right singular vector.

    Shapes as meddx.explain.methods.cam_base.Rule has them, one map for every label; gradients are not used.
    """
    rows, columns, channels = features.shape[1:]
    places = tf.cast(tf.reshape(features, (-1, rows * columns, channels)), tf.float64)
    # The singular vector from the smaller of the two Gram matrices: a hundred times faster than the decomposition.
    if rows * columns <= channels:
        values, vectors = tf.linalg.eigh(tf.matmul(places, places, transpose_b=True))
        projection = vectors[..., -1] * tf.sqrt(tf.maximum(values[..., -1:], 0.0))
    else:
        _, vectors = tf.linalg.eigh(tf.matmul(places, places, transpose_a=True))
        projection = tf.einsum("npk,nk->np", places, vectors[..., -1])
    # A singular vector has no sign of its own: take the one with which most of the projection is above zero.
    projection *= tf.where(tf.reduce_sum(projection, axis=1, keepdims=True) < 0, tf.constant(-1.0, tf.float64), 1.0)
    return tf.nn.relu(tf.cast(tf.reshape(projection, (-1, 1, rows, columns)), tf.float32))
