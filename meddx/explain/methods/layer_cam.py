"""Compute LayerCAM (Jiang et al. 2021, IEEE Transactions on Image Processing 30:5875) of the explained layer alone."""

import tensorflow as tf


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Return maps >= 0 in logit units, shapes as meddx.explain.methods.cam_base.Rule has them.

    Each place has a weight of its own in each channel: its gradient where that is above zero.
    """
    return tf.nn.relu(tf.einsum("nrck,nlrck->nlrc", features, tf.nn.relu(gradients)))
