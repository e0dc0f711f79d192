"""What every method of explanation is: a network in, a function from images and labels to maps out."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.float32]

PassProgress = Callable[[int, int], None]
"""(done, total) in units of work; called between passes, and may raise to stop the work."""


def no_progress(done: int, total: int) -> None:
    """Progress that nobody watches."""


class Explainer(Protocol):
    """One method on one network. Safe to call from several threads; the same question gets the same answer."""

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> Maps:
        """Maps, float32 (n, len(labels), rows, columns), each over the whole model input; finite.

        inputs: float32 (n, height, width, channels), the card's input, n >= 1. labels: indices of outputs,
            in any order.
        Rows and columns are the method's own and the same for every image. Images in a batch do not influence each
        other.
        """


def images_at_once(height: int, width: int) -> int:
    """Images in one pass: 8 of 224 x 224, more of smaller ones. Larger batches are no faster on a CPU."""
    return int(np.clip(8 * 224 * 224 // (height * width), 8, 256))


def in_batches(inputs: NDArray[np.float32], largest: int) -> Iterator[NDArray[np.float32]]:
    """The images in order, at most `largest` at a time."""
    for start in range(0, len(inputs), largest):
        yield inputs[start : start + largest]
