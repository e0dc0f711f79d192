"""Grad-CAM++: Chattopadhay et al. 2018 (arXiv:1710.11063).

The paper explains exp(logit), whose factor exp(logit) is common to the whole map. It is left out here, which keeps the
map in logit units: Grad-CAM with a weighted mean over places, of the gradients above zero, in place of the plain mean.
"""

import keras
import tensorflow as tf

from meddx.explain.methods.cam_base import Cam


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Maps >= 0, in logit units."""
    rising = tf.nn.relu(gradients)
    sums = tf.reduce_sum(features, axis=(1, 2))[:, tf.newaxis, tf.newaxis, tf.newaxis]
    below = 2.0 + sums * gradients
    # Equation 19 divided by exp(logit) times the gradient squared. Like the authors' program, and unlike the paper's
    # equations, shares are taken where the gradient is above zero only, and add up to one.
    shares = tf.where((rising > 0) & (below != 0), 1.0 / tf.where(below == 0, 1.0, below), 0.0)
    shares = tf.math.divide_no_nan(shares, tf.reduce_sum(shares, axis=(2, 3), keepdims=True))
    weights = tf.reduce_sum(shares * rising, axis=(2, 3))  # equation 11
    return tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, weights))  # equation 12


def build(network: keras.Model) -> Cam:
    """The method on a network with outputs [features, logits]."""
    return Cam(network, rule)
