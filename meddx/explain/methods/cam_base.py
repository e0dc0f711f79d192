"""Run the pass that the Grad-CAM family shares: forwards once, and back from the logits to the features only.

The methods differ in the rule that joins features and gradients; each has its rule in its own file.
"""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.methods.compiled_passes import ByLabel, gradients
from meddx.explain.methods.explainer import Maps, Progress, images_at_once, in_batches, no_progress

Rule = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""(features (n, rows, columns, channels), gradients (n, labels, rows, columns, channels)) -> maps (n, labels, rows,
columns). Where maps are the same for every label a rule returns one of each image, (n, 1, rows, columns)."""


class CamPass:
    """Compute the maps of several rules in one compiled pass.

    network: outputs [features, logits]. rules: by a name each.
    """

    def __init__(self, network: keras.Model, rules: Mapping[str, Rule]) -> None:
        self._network = network
        self._rules = dict(rules)
        self._pass: ByLabel[dict[str, Maps]] = ByLabel(network, self._compute)
        self._largest = images_at_once(*network.inputs[0].shape[1:3])

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress
    ) -> dict[str, Maps]:
        """Return the maps (n, len(labels), rows, columns) of every rule by its name; arguments as in the contract.

        Rows and columns are those of the explained layer.
        """
        parts = []
        for index, batch in enumerate(in_batches(inputs, self._largest)):
            progress(index * self._largest, len(inputs))
            parts.append(self._pass(batch, labels))
        return {name: np.concatenate([part[name] for part in parts]) for name in self._rules}

    def _compute(self, images: tf.Tensor, labels: tf.Tensor, number: int) -> dict[str, tf.Tensor]:
        """Return the maps by rule, each repeated for every label where the rule has one for all."""
        features, logits = self._network(images, training=False)
        slopes = gradients(logits, features, labels, number)
        maps = {name: rule(features, slopes) for name, rule in self._rules.items()}
        return {name: tf.repeat(one, number // one.shape[1], axis=1) for name, one in maps.items()}


class Cam:
    """Explain by one rule, as meddx.explain.methods.explainer.Explainer says."""

    def __init__(self, network: keras.Model, rule: Rule) -> None:
        self._maps = CamPass(network, {"map": rule})

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says; rows and columns are those of the explained layer."""
        return self._maps(inputs, labels, progress)["map"]
