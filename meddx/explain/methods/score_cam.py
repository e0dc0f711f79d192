"""Compute Score-CAM (Wang et al. 2020, arXiv:1910.01279).

Each feature map is used as a mask on the image, and its weight follows from the logit of the masked image by the
paper's Algorithm 1. What the mask hides is blurred, where the paper makes it black.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy.special import softmax

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.explainer import Maps, Progress, RunLogits, in_batches, no_progress


class ScoreCam:
    """Explain as meddx.explain.methods.explainer.Explainer says, by maps >= 0 in units of the features.

    most: how many feature maps are used as masks, those that vary most over the image; None for all.
    as_released: hide by zero and weigh by the network's output as it is, as the authors' program does on probabilities.
    """

    def __init__(
        self,
        network: keras.Model,
        run: RunLogits | None = None,
        most: int | None = None,
        as_released: bool = False,
    ) -> None:
        self._most, self._as_released = most, as_released
        self._logits = Logits(network, run)
        shape = network.inputs[0].shape
        image = tf.TensorSpec(shape, tf.float32)
        features = tf.TensorSpec((None, *network.outputs[0].shape[1:3]), tf.float32)
        front = keras.Model(network.inputs[0], network.outputs[0])
        self._features = tf.function(lambda images: front(images, training=False)).get_concrete_function(image)
        self._masked = tf.function(_masked).get_concrete_function(features, image, image)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says; rows and columns are those of the explained layer."""
        softs = np.zeros_like(inputs) if self._as_released else blurred(inputs)
        maps = []
        for index, (image, soft) in enumerate(zip(inputs, softs, strict=True)):
            features = _chosen(self._features(tf.constant(image[np.newaxis])).numpy()[0], self._most)
            if not len(features):
                maps.append(np.zeros((len(labels), *features.shape[1:]), np.float32))
                continue
            scores = []
            for number, masks in enumerate(in_batches(features, self._logits.largest)):
                progress(index * len(features) + number * self._logits.largest, len(inputs) * len(features))
                masked = self._masked(tf.constant(masks), image[np.newaxis], soft[np.newaxis]).numpy()
                scores.append(self._logits(masked))
            answers = np.concatenate(scores)[:, list(labels)]
            # Algorithm 1: the increase of the logits over the baseline, turned into weights that add up to one. The
            # baseline's own logit is the same for every mask and cancels out.
            weights = answers if self._as_released else softmax(answers, axis=0)
            maps.append(np.maximum(np.tensordot(weights, features, axes=(0, 0)), 0))  # equation 6
        return np.asarray(np.stack(maps), np.float32)


def _masked(features: tf.Tensor, image: tf.Tensor, soft: tf.Tensor) -> tf.Tensor:
    """Return the image masked by each feature map (n, rows, columns), scaled to [0, 1]: (n, height, width, channels).

    image, soft: (1, height, width, channels).
    """
    masks = tf.image.resize(features[..., tf.newaxis], image.shape[1:3], "bilinear")
    lowest = tf.reduce_min(masks, axis=(1, 2, 3), keepdims=True)
    highest = tf.reduce_max(masks, axis=(1, 2, 3), keepdims=True)
    return soft + (masks - lowest) / (highest - lowest) * (image - soft)  # equation 4


def _chosen(features: NDArray[np.float32], most: int | None) -> NDArray[np.float32]:
    """Return the feature maps that vary most, (at most `most`, rows, columns), of (rows, columns, channels).

    Flat ones are left out: no mask can be made of them.
    """
    maps: NDArray[np.float32] = np.ascontiguousarray(features.transpose(2, 0, 1))
    maps = maps[np.ptp(maps, axis=(1, 2)) > 0]
    if most is None:
        return maps
    return np.asarray(maps[np.argsort(-maps.std(axis=(1, 2)), kind="stable")[:most]])


def build(network: keras.Model, run: RunLogits | None = None) -> ScoreCam:
    """Return the method on a network with outputs [features, logits]. run: as of Logits."""
    return ScoreCam(network, run)
