"""Batch requests: those that wait while a forward pass runs go into the next one together.

Inputs for which nobody waits at a screen go through the same pass in the background: a few at a time, and only when no
request waits.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import BACKGROUND_BATCH

BatchOutput = tuple[NDArray[np.float32], ...]
"""Logits (labels,), heat maps (labels, rows, columns), then mean features (k,) of one image, as `forward` gives
them.
"""


class Answers(Protocol):
    """What answers the inputs of a model, whether here or elsewhere. Safe to use from many threads."""

    def __call__(self, one: NDArray[np.float32], *beside: NDArray[np.float32]) -> BatchOutput:
        """Return the output for one input (height, width, channels) with what the network takes beside it."""

    def in_background(self, inputs: NDArray[np.float32], *beside: NDArray[np.float32]) -> BatchOutput:
        """Return the outputs for inputs (n, height, width, channels), first axis n."""

    def close(self) -> None:
        """End what answers, after the inputs that wait now."""


@dataclass(frozen=True)
class _Input:
    values: tuple[NDArray[np.float32], ...]
    answer: Future[BatchOutput] = field(default_factory=Future)


class Batcher:
    """Threads, one unless told, that run `forward` on up to `largest` waiting inputs at a time.

    forward: float32 (n, height, width, channels), and whatever else the network takes (n, ...) -> several arrays
    (n, ...), one entry an image in each. It may be replaced between two passes. It does not wait to fill a batch: an
    input that finds the thread idle is run alone.
    """

    def __init__(self, forward: Callable[..., Any], largest: int, name: str, threads: int = 1) -> None:
        self.forward = forward
        self._largest = largest
        self._requests: deque[_Input] = deque()
        self._background: deque[_Input] = deque()
        self._closed = False
        self._changed = threading.Condition()
        for _ in range(threads):
            threading.Thread(target=self._run, name=f"batcher-{name}", daemon=True).start()

    def __call__(self, one: NDArray[np.float32], *beside: NDArray[np.float32]) -> BatchOutput:
        """Return the output for one input (height, width, channels) with what the network takes beside it.

        Raises what `forward` raised.
        """
        request = _Input((one, *beside))
        self._add(self._requests, [request])
        return request.answer.result()

    def in_background(self, inputs: NDArray[np.float32], *beside: NDArray[np.float32]) -> BatchOutput:
        """Return the outputs for inputs (n, height, width, channels), first axis n; requests go first.

        Raises what `forward` raised.
        """
        waiting = [_Input(one) for one in zip(inputs, *beside, strict=True)]
        self._add(self._background, waiting)
        parts = [one.answer.result() for one in waiting]
        return tuple(np.stack(part) for part in zip(*parts, strict=True))

    @property
    def waiting(self) -> int:
        """Return how many requests wait for the next pass."""
        return len(self._requests)

    def close(self) -> None:
        """Stop the threads after the inputs that wait now."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _add(self, queue: deque[_Input], inputs: list[_Input]) -> None:
        with self._changed:
            queue.extend(inputs)
            self._changed.notify_all()

    def _run(self) -> None:
        while batch := self._next():
            self._answer(batch)

    def _next(self) -> list[_Input]:
        """Return the inputs of the next pass, the requests before all others; none once closed and all answered."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests or self._background or self._closed)
            queue, most = self._requests, self._largest
            if not queue:
                queue, most = self._background, BACKGROUND_BATCH
            return [queue.popleft() for _ in range(min(most, len(queue)))]

    def _answer(self, batch: list[_Input]) -> None:
        try:
            parts = self.forward(*map(np.stack, zip(*(one.values for one in batch), strict=True)))
        except Exception as error:  # whoever waits must hear of it, and the thread must live
            for one in batch:
                one.answer.set_exception(error)
            return
        for index, one in enumerate(batch):
            one.answer.set_result(tuple(part[index] for part in parts))
