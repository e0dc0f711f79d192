"""LayerCAM: Jiang et al. 2021 (IEEE Transactions on Image Processing 30:5875), on the explained layer alone."""

import keras
import tensorflow as tf

from meddx.explain.methods.cam_base import Cam


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Maps >= 0, in logit units: each place has a weight of its own, its gradient where that is above zero."""
    return tf.nn.relu(tf.einsum("nrck,nlrck->nlrc", features, tf.nn.relu(gradients)))


def build(network: keras.Model) -> Cam:
    """The method on a network with outputs [features, logits]."""
    return Cam(network, rule)
