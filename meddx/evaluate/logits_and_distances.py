"""Compute the logits of images and, in the same pass, how far each is from the training images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.batched_inference import BatchAnswers
from meddx.evaluate.case_records import contexts
from meddx.evaluate.image_layout import image_layout
from meddx.evaluate.ood_detector import OodDetector
from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.loading import LoadedModel


class LogitsAndDistances:
    """Answer batches of network inputs with one compiled pass.

    A model that takes a record or a note answers with those of the cases. detector: None where the model has none.
    answers: the model's pass, where it is compiled already; what it sees begins with the detector's layer.
    """

    def __init__(self, loaded: LoadedModel, detector: OodDetector | None, answers: GradCam | None = None) -> None:
        self._fused, self._detector, self._spec = loaded.fused, detector, loaded.card.input
        network = loaded.network if loaded.fused is None else loaded.fused.by_context
        self._answers = answers or GradCam(network, [] if detector is None else [detector.layer])

    def __call__(self, inputs: NDArray[np.float32], cases: Sequence[LabelledCase]) -> BatchAnswers:
        """Return the answers for network inputs (n, height, width, channels) of these cases, n >= 1."""
        given = [inputs] if self._fused is None else [inputs, contexts(self._fused, cases)]
        logits, _, *moments = self._answers.with_features(*given)
        if self._detector is None:
            return BatchAnswers(logits, np.full(len(inputs), np.nan))
        features = self._detector.features(moments[0], image_layout(inputs, self._spec))
        return BatchAnswers(logits, self._detector.distance(features))
