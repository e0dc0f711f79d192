"""Grad-CAM: Selvaraju et al. 2017 (arXiv:1610.02391)."""

import keras
import tensorflow as tf

from meddx.explain.methods.cam_base import Cam


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Maps >= 0, in logit units: behind global pooling and a Dense layer they add up to what speaks for the label."""
    weights = tf.reduce_mean(gradients, axis=(2, 3))  # equation 1
    return tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, weights))  # equation 2


def build(network: keras.Model) -> Cam:
    """The method on a network with outputs [features, logits]."""
    return Cam(network, rule)
