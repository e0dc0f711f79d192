"""What the methods of the Grad-CAM family share: one forward pass, and gradients back to the features only.

They differ in the rule that joins features and gradients, and each has its rule in its own file.
"""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.methods.compiled_passes import ByLabel, gradients
from meddx.explain.methods.explainer import Maps, PassProgress, images_at_once, in_batches, no_progress

Rule = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""(features (n, rows, columns, channels), gradients (n, labels, rows, columns, channels)) -> maps (n, labels, rows,
columns). A rule hands maps of one label, (n, 1, rows, columns), back where they are the same for every label."""


class CamPass:
    """The maps of several rules from one compiled pass."""

    def __init__(self, network: keras.Model, rules: Mapping[str, Rule]) -> None:
        self._network = network
        self._rules = dict(rules)
        self._pass: ByLabel[dict[str, Maps]] = ByLabel(network, self._compute)
        self._largest = images_at_once(*network.inputs[0].shape[1:3])

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> dict[str, Maps]:
        """Maps (n, len(labels), rows, columns) of every rule, by its name."""
        parts = []
        for index, batch in enumerate(in_batches(inputs, self._largest)):
            progress(index * self._largest, len(inputs))
            parts.append(self._pass(batch, labels))
        return {name: np.concatenate([part[name] for part in parts]) for name in self._rules}

    def _compute(self, images: tf.Tensor, labels: tf.Tensor, number: int) -> dict[str, tf.Tensor]:
        features, logits = self._network(images, training=False)
        slopes = gradients(logits, features, labels, number)
        maps = {name: rule(features, slopes) for name, rule in self._rules.items()}
        return {name: tf.repeat(one, number // one.shape[1], axis=1) for name, one in maps.items()}


class Cam:
    """Implements meddx.explain.methods.explainer.Explainer with one rule."""

    def __init__(self, network: keras.Model, rule: Rule) -> None:
        self._maps = CamPass(network, {"map": rule})

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> Maps:
        """As the contract says; rows and columns are those of the explained layer."""
        return self._maps(inputs, labels, progress)["map"]
