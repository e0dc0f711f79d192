"""Run the compiled passes through a network that methods share, on any number of images at a time.

network: as `meddx.model.loading.LoadedModel.network`, outputs [features, logits]. Images in a batch do not influence
each other at inference, so the gradient of the sum of their logits is each image's own.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.explain.methods.explainer import RunLogits, images_at_once, in_batches

PassResult = TypeVar("PassResult")
"""Arrays, or a dict of them, whose first axis is the images."""


class Logits:
    """Compute the logits of images. largest: how many images go through at once.

    run: what computes those of so many images; TensorFlow where there is none.
    """

    def __init__(self, network: keras.Model, run: RunLogits | None = None) -> None:
        self._run = _by_tensorflow(network) if run is None else run
        self.largest = images_at_once(*network.inputs[0].shape[1:3])

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return logits, float32 (n, outputs), of network inputs (n, height, width, channels)."""
        return np.concatenate([self._run(batch) for batch in in_batches(inputs, self.largest)])


def _by_tensorflow(network: keras.Model) -> RunLogits:
    taken = tf.TensorSpec(network.inputs[0].shape, tf.float32)
    alone = keras.Model(network.inputs[0], network.outputs[1])
    run = tf.function(lambda images: alone(images, training=False)).get_concrete_function(taken)
    return lambda images: np.asarray(run(tf.constant(images)).numpy())


class ByLabel(Generic[PassResult]):
    """Run a pass whose result depends on the chosen labels; it is compiled once for each number of labels.

    compute: (images (n, height, width, channels), labels int32 (k,), k) -> tensors whose first axis is n.
    """

    def __init__(self, network: keras.Model, compute: Callable[[tf.Tensor, tf.Tensor, int], Any]) -> None:
        self._images = tf.TensorSpec(network.inputs[0].shape, tf.float32)
        self._compute = compute
        self._compiled: dict[int, Callable[[tf.Tensor, tf.Tensor], Any]] = {}
        self._lock = threading.Lock()

    def __call__(self, images: NDArray[np.float32], labels: Sequence[int]) -> PassResult:
        """Return what `compute` returned for images (n, height, width, channels) and labels, as NumPy arrays."""
        number = len(labels)
        with self._lock:
            if number not in self._compiled:
                spec = tf.TensorSpec((number,), tf.int32)
                compute = tf.function(lambda images, labels: self._compute(images, labels, number))
                self._compiled[number] = compute.get_concrete_function(self._images, spec)
        answer = self._compiled[number](tf.constant(images), tf.constant(labels, tf.int32))
        return cast(PassResult, tf.nest.map_structure(lambda tensor: tensor.numpy(), answer))


def gradients(logits: tf.Tensor, of: tf.Tensor, labels: tf.Tensor, number: int) -> tf.Tensor:
    """Return the gradient of each label's logit by `of`: (n, number, *shape of one `of`); zero where there is none.

    logits: (n, outputs); of: a tensor that they were computed from, first axis n; labels: int32 (number,), indices of
        outputs. For graph mode only.
    """
    chosen = [tf.gather(logits, labels[index], axis=1) for index in range(number)]
    zero = tf.UnconnectedGradients.ZERO
    return tf.stack([tf.gradients(logit, of, unconnected_gradients=zero)[0] for logit in chosen], axis=1)
