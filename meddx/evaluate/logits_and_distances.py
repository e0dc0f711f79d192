"""Compute the logits of images and, in the same pass, how far each is from the training images."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.evaluate.batched_inference import BatchAnswers
from meddx.evaluate.case_records import contexts
from meddx.evaluate.image_layout import image_layout
from meddx.evaluate.ood_detector import OodDetector
from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.explain.methods.explainer import images_at_once, in_batches
from meddx.model.loading import LoadedModel


class LogitsAndDistances:
    """Answer batches of network inputs with one compiled pass. detector: None where the model has none.

    A model that takes a record or a note answers with those of the cases.
    """

    def __init__(self, loaded: LoadedModel, detector: OodDetector | None) -> None:
        self._fused, self._detector, self._spec = loaded.fused, detector, loaded.card.input
        network = loaded.network if loaded.fused is None else loaded.fused.by_context
        outputs = {"logits": network.outputs[1]}
        if detector is not None:
            outputs["features"] = network.get_layer(detector.layer).output
        self._network = keras.Model(network.inputs[0] if loaded.fused is None else network.inputs, outputs)
        self._pass = tf.function(self._forward).get_concrete_function(
            *(tf.TensorSpec(one.shape, tf.float32) for one in network.inputs)
        )
        self._largest = images_at_once(*network.inputs[0].shape[1:3])

    def __call__(self, inputs: NDArray[np.float32], cases: Sequence[LabelledCase]) -> BatchAnswers:
        """Return the answers for network inputs (n, height, width, channels) of these cases, n >= 1."""
        given = [inputs] if self._fused is None else [inputs, contexts(self._fused, cases)]
        batches = zip(*(in_batches(one, self._largest) for one in given), strict=True)
        passes = [self._pass(*map(tf.constant, batch)) for batch in batches]
        answers = {name: np.concatenate([one[name] for one in passes]) for name in passes[0]}
        if self._detector is None:
            return BatchAnswers(answers["logits"], np.full(len(inputs), np.nan))
        features = self._detector.features(answers["moments"], image_layout(inputs, self._spec))
        return BatchAnswers(answers["logits"], self._detector.distance(features))

    def _forward(self, *inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = self._network(inputs[0] if self._fused is None else list(inputs), training=False)
        answers = {"logits": outputs["logits"]}
        if "features" in outputs:
            of = outputs["features"]
            answers["moments"] = tf.stack([tf.reduce_mean(of, (1, 2)), tf.math.reduce_std(of, (1, 2))], axis=1)
        return answers
