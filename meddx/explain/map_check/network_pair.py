"""Ask a trained network, and the same network with shuffled weights, through one compiled pass."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.explain.methods import METHODS
from meddx.explain.methods.compiled_passes import ByLabel, gradients
from meddx.explain.methods.explainer import images_at_once, in_batches
from meddx.explain.methods.grad_cam_family import family_rules

MapsByMethod = dict[str, NDArray[np.float32]]
"""Of n images: "logits" float32 (n, labels), and by each name of Networks.family maps (n, labels, rows, columns)."""


class NetworkPair:
    """Answer by a clone that holds the trained weights or shuffled ones, so that everything is compiled once.

    network: outputs [features, logits]; read at `train` and after it, and never changed. Not for several threads.
    family: rules by the names of the methods whose maps come with every answer: the Grad-CAM family without those that
        look at no label, since that such maps agree says nothing about one.
    """

    def __init__(self, network: keras.Model) -> None:
        self.family = {name: rule for name, rule in family_rules().items() if not METHODS[name].label_blind}
        self.trained, self.randomised = network, RandomisedNetwork(network)
        self.labels = range(network.outputs[1].shape[-1])
        self._pass: ByLabel[MapsByMethod] = ByLabel(self.randomised.clone, self._compute)
        self._largest = images_at_once(*network.inputs[0].shape[1:3])

    def train(self) -> None:
        """Put the trained weights in place."""
        self.randomised.restore()

    def shuffle(self, share: float, seed: int) -> None:
        """Put shuffled weights in place, as Randomised.shuffle does."""
        self.randomised.shuffle(share, seed)

    def __call__(self, images: NDArray[np.float32]) -> MapsByMethod:
        """Return the answers by the weights in place. images: float32 (n, height, width, channels), network inputs."""
        parts = [self._pass(batch, self.labels) for batch in in_batches(images, self._largest)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _compute(self, images: tf.Tensor, labels: tf.Tensor, number: int) -> dict[str, tf.Tensor]:
        features, logits = self.randomised.clone(images, training=False)
        slopes = gradients(logits, features, labels, number)
        return {"logits": logits} | {name: rule(features, slopes) for name, rule in self.family.items()}
