"""HiResCAM: Draelos and Carin 2020 (arXiv:2011.08891). Signed: what is below zero speaks against the label."""

import keras
import tensorflow as tf

from meddx.explain.methods.cam_base import Cam


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Maps in logit units. Behind a head without hidden layers they add up to the logit less its bias."""
    return tf.einsum("nrck,nlrck->nlrc", features, gradients)  # the definition: no mean over places


def build(network: keras.Model) -> Cam:
    """The method on a network with outputs [features, logits]."""
    return Cam(network, rule)
