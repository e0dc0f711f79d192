"""Answer with a record and a note beside the image: the shares of each part, and maps with both held fixed."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meddx.engine.batching import Batcher, BatchOutput
from meddx.engine.contract import Record
from meddx.engine.explainer_cache import ExplainerCache
from meddx.explain.contributions import ShareOut, read_beside
from meddx.explain.methods.explainer import Explainer
from meddx.model.fused_network import FusedNetwork, Vectors, context_of
from meddx.types import Contributions, Progress, no_progress


class BesideAnswers:
    """What a model that takes a record or a note says beyond one for images alone.

    Safe to use from many threads. absent: the context (1, units) of an absent record and note.
    """

    def __init__(self, fused: FusedNetwork) -> None:
        self._fused = fused
        self._explainers = ExplainerCache(fused.held)
        self._holding = threading.Lock()
        self._share_out = ShareOut(fused)
        self._share_out(None, read_beside(fused, {}, "compile"))
        self.absent: Vectors = context_of(fused.absent())

    def answer(
        self, answers: Batcher, prepared: NDArray[np.float32], record: Record, note: str
    ) -> tuple[BatchOutput, Contributions]:
        """Return what the batcher says of one input (height, width, channels), and the shares of each part.

        answers: of fused.by_context, with the image's pooled features last, which are left out here.
        """
        beside = read_beside(self._fused, record, note)
        *explained, pooled = answers(prepared, context_of(beside.vectors)[0])
        return tuple(explained), self._share_out(pooled, beside)

    def explainer(self, method: str, record: Record, note: str) -> Explainer:
        """Return a method that explains the answer with this record and note.

        Raises Refused for an unknown method. Maps are made one at a time, since the held context is the network's.
        """
        context = context_of(read_beside(self._fused, record, note).vectors)
        explain = self._explainers(method)

        def holding(
            inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress
        ) -> NDArray[np.float32]:
            with self._holding:
                self._fused.context_layer.held.assign(context)
                return explain(inputs, labels, progress)

        return holding
