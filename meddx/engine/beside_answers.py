"""Answer with a record and a note beside the image: the shares of each part, and maps with both held fixed."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meddx.engine.batching import Answers, BatchOutput
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
        self, answers: Answers, prepared: NDArray[np.float32], record: Record, note: str
    ) -> tuple[BatchOutput, Contributions]:
        """Return what a model's answers say of one input (height, width, channels), and the shares of each part.

        answers: of fused.by_context, with the image's pooled features last, which are left out here.
        """
        beside = read_beside(self._fused, record, note)
        *explained, pooled = answers(prepared, context_of(beside.vectors)[0])
        return tuple(explained), self._share_out(pooled, beside)

    def context(self, record: Record, note: str) -> Vectors:
        """Return the context (1, units) of this record and note."""
        return context_of(read_beside(self._fused, record, note).vectors)

    def explainer(self, method: str, record: Record, note: str) -> Explainer:
        """Return a method that explains the answer with this record and note.

        Raises Refused for an unknown method. The held context is the network's, so it is one method's at a time; while
        that reports its progress, where a job may wait for its turn, others may have it.
        """
        context, explain = self.context(record, note), self._explainers(method)

        def hold() -> None:
            self._holding.acquire()
            self._fused.context_layer.held.assign(context)

        def holding(
            inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress
        ) -> NDArray[np.float32]:
            def let_go(done: int, total: int, message: str = "") -> None:
                self._holding.release()
                try:
                    progress(done, total, message)
                finally:
                    hold()

            hold()
            try:
                return explain(inputs, labels, let_go)
            finally:
                self._holding.release()

        return holding
