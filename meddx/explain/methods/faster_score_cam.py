"""Faster-Score-CAM: Score-CAM with the ten feature maps that vary most over the image.

By tabayashi0117 (2020, https://github.com/tabayashi0117/Score-CAM); known by tf-keras-vis, which has it too.
"""

import keras

from meddx.explain.methods.score_cam import ScoreCam

MASKS = 10


def build(network: keras.Model) -> ScoreCam:
    """The method on a network with outputs [features, logits]."""
    return ScoreCam(network, most=MASKS)
