"""Compute Faster-Score-CAM, which is Score-CAM with the ten feature maps that vary most over the image.

Source: tabayashi0117 2020 (https://github.com/tabayashi0117/Score-CAM); tf-keras-vis has it too.
"""

import keras

from meddx.explain.methods.explainer import RunLogits
from meddx.explain.methods.score_cam import ScoreCam

MASKS = 10
"""Feature maps that are used as masks."""


def build(network: keras.Model, run: RunLogits | None = None) -> ScoreCam:
    """Return the method on a network with outputs [features, logits]. run: as of Logits."""
    return ScoreCam(network, run, most=MASKS)
