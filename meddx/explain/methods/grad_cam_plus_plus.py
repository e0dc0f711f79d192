"""Compute Grad-CAM++ (Chattopadhay et al. 2018, arXiv:1710.11063).

The paper explains exp(logit), and that factor is common to the whole map. It is left out here, which keeps the map in
logit units: where Grad-CAM takes the mean of a channel's gradients, this is a weighted mean of those above zero.
"""

import tensorflow as tf


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Return maps >= 0 in logit units, shapes as meddx.explain.methods.cam_base.Rule has them."""
    rising = tf.nn.relu(gradients)
    sums = tf.reduce_sum(features, axis=(1, 2))[:, tf.newaxis, tf.newaxis, tf.newaxis]
    below = 2.0 + sums * gradients
    # Equation 19 divided by exp(logit) times the gradient squared. Like the authors' program, and unlike the paper's
    # equations, shares are taken where the gradient is above zero only, and add up to one.
    shares = tf.where((rising > 0) & (below != 0), 1.0 / tf.where(below == 0, 1.0, below), 0.0)
    shares = tf.math.divide_no_nan(shares, tf.reduce_sum(shares, axis=(2, 3), keepdims=True))
    weights = tf.reduce_sum(shares * rising, axis=(2, 3))  # equation 11
    return tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, weights))  # equation 12
