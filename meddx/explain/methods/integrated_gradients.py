"""Integrated Gradients: Sundararajan, Taly and Yan 2017 (arXiv:1703.01365). Signed.

From the blurred film to the film. The map adds up to the difference between their logits (completeness, proposition 1),
to 1 %: the steps are halved until it does.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.baseline import blurred
from meddx.explain.methods.contract import Maps, Progress, quiet
from meddx.explain.methods.gradients import InputGradients
from meddx.explain.methods.passes import Logits

STEPS = 16
"""Steps to begin with."""
MOST_STEPS = 512
"""Where halving ends; a label that is not complete by then keeps its map all the same."""
COMPLETE = 0.01
"""What the map may miss, as a share of the difference of the logits."""
NO_LESS = 0.01
"""Logit units: smaller misses do not count, however small the difference."""


class IntegratedGradients:
    """Implements meddx.explain.methods.contract.Explainer; maps in logit units of the film's own rows and columns."""

    def __init__(self, network: keras.Model) -> None:
        self._gradients = InputGradients(network)
        self._logits = Logits(network)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = quiet) -> Maps:
        """As the contract says; channels are added."""
        maps = []
        for index, (film, soft) in enumerate(zip(inputs, blurred(inputs), strict=True)):

            def within(done: int, steps: int, index: int = index) -> None:
                progress(index * steps + done, len(inputs) * steps)

            maps.append(self._of_one(film, soft, labels, within))
        return np.stack(maps)

    def _of_one(
        self, film: NDArray[np.float32], soft: NDArray[np.float32], labels: Sequence[int], progress: Progress
    ) -> Maps:
        """Equation 3 by the trapezium rule, whose halved steps use every gradient there is already."""
        ends = self._logits(np.stack([soft, film]))
        wanted = (ends[1] - ends[0])[list(labels)]

        def mean(at: NDArray[np.float64], labels: Sequence[int]) -> Maps:
            return self._mean(at, film, soft, labels, lambda done: progress(steps - 1 + done, MOST_STEPS))

        steps, unfinished = 1, list(range(len(labels)))
        maps = mean(np.array([0.0, 1.0]), labels)
        while unfinished and steps < MOST_STEPS:
            maps[unfinished] += mean((np.arange(steps) + 0.5) / steps, [labels[index] for index in unfinished])
            maps[unfinished] /= 2
            steps *= 2
            missed = np.abs(maps.sum(axis=(1, 2)) - wanted)
            if steps >= STEPS:
                allowed = np.maximum(COMPLETE * np.abs(wanted), NO_LESS)
                unfinished = [index for index in range(len(labels)) if missed[index] > allowed[index]]
        return maps

    def _mean(
        self,
        at: NDArray[np.float64],
        film: NDArray[np.float32],
        soft: NDArray[np.float32],
        labels: Sequence[int],
        progress: Callable[[int], None],
    ) -> Maps:
        """The mean over places on the way, times the whole way: (labels, height, width)."""
        total = np.zeros((len(labels), *film.shape), np.float64)
        for start in range(0, len(at), self._gradients.largest):
            progress(start)
            share = at[start : start + self._gradients.largest, np.newaxis, np.newaxis, np.newaxis]
            total += self._gradients((soft + share * (film - soft)).astype(np.float32), labels).sum(axis=0)
        return np.asarray((total * (film - soft)).sum(axis=-1) / len(at), np.float32)


def build(network: keras.Model) -> IntegratedGradients:
    """The method on a network with outputs [features, logits]."""
    return IntegratedGradients(network)
