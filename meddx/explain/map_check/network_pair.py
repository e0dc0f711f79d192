"""A trained network and the same with shuffled weights, both asked through one compiled pass."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.explain.methods.compiled_passes import ByLabel, gradients
from meddx.explain.methods.explainer import images_at_once, in_batches
from meddx.explain.methods.grad_cam_family import CAM_RULES

LABEL_BLIND = ("eigen-cam",)
"""Methods that look at no label: that they agree says nothing about one."""
FAMILY = {name: rule for name, rule in CAM_RULES.items() if name not in LABEL_BLIND}
"""The methods whose maps come with every answer."""

MapsByMethod = dict[str, NDArray[np.float32]]
"""Of n images: under "logits" float32 (n, labels), under each name of FAMILY maps (n, labels, rows, columns)."""


class NetworkPair:
    """A clone that stands for the trained network and, in turn, for shuffled ones; so all is compiled once.

    network: outputs [features, logits]; read at `train` and after it, and never changed. Not for several threads.
    """

    def __init__(self, network: keras.Model) -> None:
        self.trained, self.randomised = network, RandomisedNetwork(network)
        self.labels = range(network.outputs[1].shape[-1])
        self._pass: ByLabel[MapsByMethod] = ByLabel(self.randomised.clone, self._compute)
        self._largest = images_at_once(*network.inputs[0].shape[1:3])

    def train(self) -> None:
        """The trained weights from here on."""
        self.randomised.restore()

    def shuffle(self, share: float, seed: int) -> None:
        """Shuffled ones, see Randomised.shuffle."""
        self.randomised.shuffle(share, seed)

    def __call__(self, images: NDArray[np.float32]) -> MapsByMethod:
        """By the weights of this moment. images: float32 (n, height, width, channels), the network's input."""
        parts = [self._pass(batch, self.labels) for batch in in_batches(images, self._largest)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _compute(self, images: tf.Tensor, labels: tf.Tensor, number: int) -> dict[str, tf.Tensor]:
        features, logits = self.randomised.clone(images, training=False)
        slopes = gradients(logits, features, labels, number)
        return {"logits": logits} | {name: rule(features, slopes) for name, rule in FAMILY.items()}
