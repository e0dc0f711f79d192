"""Compute the logits of images and, in the same pass, how far each is from the training images."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.evaluate.batched_inference import BatchAnswers
from meddx.evaluate.image_layout import image_layout
from meddx.evaluate.ood_detector import OodDetector
from meddx.explain.methods.explainer import images_at_once, in_batches
from meddx.model.loading import LoadedModel


class LogitsAndDistances:
    """Answer batches of network inputs with one compiled pass. detector: None where the model has none."""

    def __init__(self, loaded: LoadedModel, detector: OodDetector | None) -> None:
        network = loaded.network
        self._detector, self._spec = detector, loaded.card.input
        outputs = {"logits": network.outputs[1]}
        if detector is not None:
            outputs["features"] = network.get_layer(detector.layer).output
        self._network = keras.Model(network.inputs[0], outputs)
        self._pass = tf.function(self._forward).get_concrete_function(
            tf.TensorSpec(network.inputs[0].shape, tf.float32)
        )
        self._largest = images_at_once(*network.inputs[0].shape[1:3])

    def __call__(self, inputs: NDArray[np.float32]) -> BatchAnswers:
        """Return the answers for network inputs (n, height, width, channels), n >= 1."""
        passes = [self._pass(tf.constant(batch)) for batch in in_batches(inputs, self._largest)]
        answers = {name: np.concatenate([one[name] for one in passes]) for name in passes[0]}
        if self._detector is None:
            return BatchAnswers(answers["logits"], np.full(len(inputs), np.nan))
        features = self._detector.features(answers["moments"], image_layout(inputs, self._spec))
        return BatchAnswers(answers["logits"], self._detector.distance(features))

    def _forward(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = self._network(inputs, training=False)
        answers = {"logits": outputs["logits"]}
        if "features" in outputs:
            of = outputs["features"]
            answers["moments"] = tf.stack([tf.reduce_mean(of, (1, 2)), tf.math.reduce_std(of, (1, 2))], axis=1)
        return answers
