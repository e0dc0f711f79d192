"""Batch requests: those that wait while a forward pass runs go into the next one together."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

BatchOutput = tuple[NDArray[np.float32], ...]
"""Logits (labels,), heat maps (labels, rows, columns), then mean features (k,) of one image, as `forward` gives
them.
"""


class Batcher:
    """A thread that runs `forward` on up to `largest` waiting inputs at a time.

    forward: float32 (n, height, width, channels) -> several arrays (n, ...), one entry an image in each. It does not
    wait to fill a batch: an input that finds the thread idle is run alone.
    """

    def __init__(self, forward: Callable[[NDArray[np.float32]], Any], largest: int, name: str) -> None:
        self._forward = forward
        self._largest = largest
        self._waiting: SimpleQueue[tuple[NDArray[np.float32], Future[BatchOutput]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=f"batcher-{name}", daemon=True).start()

    def __call__(self, one: NDArray[np.float32]) -> BatchOutput:
        """Return the output for one input (height, width, channels).

        Raises what `forward` raised.
        """
        answer: Future[BatchOutput] = Future()
        self._waiting.put((one, answer))
        return answer.result()

    @property
    def waiting(self) -> int:
        """Return how many inputs wait for the next pass."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Stop the thread after the inputs that wait now."""
        self._waiting.put(None)

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            batch = [first]
            ending = False
            while len(batch) < self._largest and not self._waiting.empty():
                another = self._waiting.get()
                if another is None:
                    ending = True
                    break
                batch.append(another)
            self._answer([one for one, _ in batch], [answer for _, answer in batch])
            if ending:
                return

    def _answer(self, inputs: list[NDArray[np.float32]], answers: list[Future[BatchOutput]]) -> None:
        try:
            parts = self._forward(np.stack(inputs))
        except Exception as error:  # whoever waits must hear of it, and the thread must live
            for answer in answers:
                answer.set_exception(error)
            return
        for index, answer in enumerate(answers):
            answer.set_result(tuple(part[index] for part in parts))
