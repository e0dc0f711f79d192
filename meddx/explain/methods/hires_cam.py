"""Compute HiResCAM (Draelos and Carin 2020, arXiv:2011.08891). Signed: values below zero speak against the label."""

import tensorflow as tf


def rule(features: tf.Tensor, gradients: tf.Tensor) -> tf.Tensor:
    """Return maps in logit units, shapes as meddx.explain.methods.cam_base.Rule has them.

    Behind a head without hidden layers they add up to the logit less its bias.
    """
    return tf.einsum("nrck,nlrck->nlrc", features, gradients)  # the definition: no mean over places
