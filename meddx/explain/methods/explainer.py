"""Define what every explanation method keeps to: built on a network, it turns images and labels into maps."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from meddx.types import Progress, no_progress

__all__ = ["Explainer", "Maps", "Progress", "RunLogits", "images_at_once", "in_batches", "no_progress"]

Maps = NDArray[np.float32]
"""Heat maps (n, labels, rows, columns), each over the whole network input."""
RunLogits = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Network inputs (n, height, width, channels), at most `images_at_once` -> logits (n, outputs), both float32."""


class Explainer(Protocol):
    """Explain one network by one method.

    Safe to call from several threads at once; equal arguments give equal maps.
    """

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return finite maps, float32 (n, len(labels), rows, columns), each over the whole network input.

        inputs: float32 (n, height, width, channels), the card's input, n >= 1. labels: indices of outputs, in any
            order. progress: told how far the work is; what it raises passes through.
        Rows and columns are the method's own and the same for every image. Images in a batch do not influence each
        other.
        """


def images_at_once(height: int, width: int) -> int:
    """Return how many images of height x width pixels go through a network at once: 8 of 224 x 224, more if smaller.

    From 8 to 256. Larger batches are no faster on a CPU.
    """
    return int(np.clip(8 * 224 * 224 // (height * width), 8, 256))


def in_batches(inputs: NDArray[np.float32], largest: int) -> Iterator[NDArray[np.float32]]:
    """Yield the images in order, at most `largest` at a time."""
    for start in range(0, len(inputs), largest):
        yield inputs[start : start + largest]
