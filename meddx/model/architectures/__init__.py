"""The networks that `meddx train` can build, by the name that recipes and cards give them.

To add one, write a file here with a `build` function and add its line to ARCHITECTURES.
"""

from collections.abc import Callable
from typing import Any

from meddx.model.architectures import efficientnet_lite, local_evidence, plain_cnn, small_cnn, small_resnet

EXPLAINED_LAYER = "features"
"""The name of the last convolutional map, after the ReLU, in every architecture; Grad-CAM explains this layer."""

ARCHITECTURES: dict[str, Callable[..., Any]] = {
    "plain_cnn": plain_cnn.build,
    "small_cnn": small_cnn.build,
    "small_resnet": small_resnet.build,
    "efficientnet_lite0": efficientnet_lite.build,
    "local_evidence": local_evidence.build,
}
"""name -> build(input_shape, outputs, activation, **options) -> keras.Model.

input_shape: (height, width, channels); outputs: number of labels; activation: "softmax" or "sigmoid", that of
the last Dense layer. The model maps float32 (batch, height, width, channels) to probabilities (batch, outputs).
"""
