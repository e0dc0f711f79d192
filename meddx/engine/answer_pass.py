"""Compile the pass that answers for a model: logits, Grad-CAM of every label, and what its references look at."""

from collections.abc import Sequence

import keras
import numpy as np

from meddx.evaluate.model_references import ModelReferences
from meddx.explain.explained_network import explained_network
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.inference.evidence import TENSORFLOW, evidence_folder, read_evidence
from meddx.model.inference.example_inputs import example_inputs
from meddx.model.inference.fastest import can_measure, fastest, measure_runtimes
from meddx.model.loading import LoadedModel


class AnswerPass:
    """How a model's pass is compiled, by the runtime that is fastest on this machine.

    The pass takes what LoadedModel.network takes, of a fused model what its `by_context` does, and gives last what the
    references look at, and of a fused model the image's pooled features.
    """

    def __init__(self, loaded: LoadedModel, references: ModelReferences) -> None:
        self._input = loaded.card.input
        self._network, self._seen = loaded.network, references.layers
        if loaded.fused is not None:
            self._network, self._seen = loaded.fused.by_context, (*references.layers, loaded.fused.pooled_layer)
        layers = (loaded.card.explained.layer, *self._seen)
        self._evidence = evidence_folder(loaded.card.weights.sha256, layers)

    def compiled(self) -> GradCam:
        """Return the pass, by the runtime that was chosen, TensorFlow where nothing was measured yet."""
        return GradCam(self._network, self._seen, lambda explained: fastest(explained, self._evidence))

    def by_tensorflow(self) -> GradCam:
        """Return the pass by TensorFlow, whatever was chosen."""
        return GradCam(self._network, self._seen)

    def measure(self) -> bool:
        """Measure the runtimes, unless that was done; return whether `compiled` now gives another pass. Takes seconds.

        Raises OSError where the evidence cannot be written.
        """
        if not can_measure() or read_evidence(self._evidence) is not None:
            return False
        explained: keras.Model | None = explained_network(self._network, self._seen)
        if explained is None:  # it needs TensorFlow's gradient
            return False
        examples = example_inputs(explained, self._input.low, self._input.high)
        return measure_runtimes(explained, self._evidence, examples).chosen != TENSORFLOW


def run_once(answers: GradCam, loaded: LoadedModel, sizes: Sequence[int]) -> GradCam:
    """Return the model's pass, run once for batches of each size: the first run of a size takes ten times as long."""
    network = loaded.network if loaded.fused is None else loaded.fused.by_context
    for size in sizes:
        answers.with_features(*(np.zeros((size, *one.shape[1:]), np.float32) for one in network.inputs))
    return answers
