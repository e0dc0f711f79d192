"""Networks that `meddx train` can build, by the name a recipe and a card give them.

Adding one is a file here with a `build` function and its line in ARCHITECTURES.
"""

from collections.abc import Callable
from typing import Any

from meddx.model.architectures import efficientnet_lite, plain_cnn, small_cnn, small_resnet

EXPLAINED_LAYER = "features"
"""Every architecture names its last convolutional map, after the ReLU, so; Grad-CAM explains this layer."""

ARCHITECTURES: dict[str, Callable[..., Any]] = {
    "plain_cnn": plain_cnn.build,
    "small_cnn": small_cnn.build,
    "small_resnet": small_resnet.build,
    "efficientnet_lite0": efficientnet_lite.build,
}
"""name -> build(input_shape, outputs, activation, **options) -> keras.Model.

input_shape: (height, width, channels); outputs: number of labels; activation: "softmax" or "sigmoid", that of
the last Dense layer. The model maps float32 (batch, height, width, channels) to probabilities (batch, outputs).
"""
