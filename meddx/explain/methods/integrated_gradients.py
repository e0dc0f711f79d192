"""Compute Integrated Gradients (Sundararajan, Taly and Yan 2017, arXiv:1703.01365). Signed.

The path leads from the blurred image to the image. The map adds up to the difference between their logits
(completeness, proposition 1) within 1 %: intervals of the path are halved until it does. Each pass gives the logit with
its gradient, so the error of the trapezium rule is known for every interval, and those with the largest error are
halved first. The logits of networks with ReLU bend all along the path, at different places for each label: on shipped
networks even steps took up to ten times as many, and Gauss-Legendre steps were no better.
"""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.explainer import Maps, Progress, no_progress
from meddx.explain.methods.gradients import InputGradients

SEGMENTS = 8
"""Intervals of equal length at the start."""
STEPS_AT_ONCE = 4
"""Intervals that are halved before the error is computed anew; with more, some are halved in vain."""
MAX_STEPS = 256
"""Gradients at which halving ends; a label whose map is not complete by then keeps that map all the same."""
TYPICAL_STEPS = 50
"""Gradients for one map on shipped networks, roughly."""
COMPLETENESS_TOLERANCE = 0.01
"""Error of the map's sum that is accepted, as a share of the difference between the logits."""
SMALLEST_TOLERANCE = 0.01
"""Error that is accepted in any case, in logit units, however small the difference."""


class IntegratedGradients:
    """Explain as meddx.explain.methods.explainer.Explainer says, by signed maps in logit units of the input's size."""

    def __init__(self, network: keras.Model) -> None:
        self._gradients = InputGradients(network)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says, summed over channels. The total that `progress` is told is an estimate."""
        steps = _Steps(len(inputs) * len(labels), progress)
        maps = []
        for image, soft in zip(inputs, blurred(inputs), strict=True):
            for label in labels:
                maps.append(self._of_one(image, soft, label, steps))
                steps.finish()
        return np.stack(maps).reshape(len(inputs), len(labels), *inputs.shape[1:3])

    def _of_one(
        self, image: NDArray[np.float32], soft: NDArray[np.float32], label: int, steps: "_Steps"
    ) -> NDArray[np.float32]:
        """Return the map (height, width) of one label: equation 3 by the trapezium rule over uneven intervals."""
        change = image - soft
        at, logits, maps = np.empty(0), np.empty(0), np.empty((0, *image.shape[:2]), np.float32)
        new = np.linspace(0, 1, SEGMENTS + 1)
        while len(new):
            steps.take(len(new))
            between = soft + new[:, np.newaxis, np.newaxis, np.newaxis] * change
            gradients, answers = self._gradients.with_logits(between.astype(np.float32), [label])
            maps = np.concatenate([maps, (gradients[:, 0] * change).sum(axis=-1)])
            at, logits = np.append(at, new), np.append(logits, answers)
            new = _halves(at, maps.sum(axis=(1, 2), dtype=np.float64), logits)
        order = np.argsort(at)
        return np.asarray(trapezoid(maps[order], at[order], axis=0), np.float32)


def _halves(at: NDArray[np.float64], slopes: NDArray[np.float64], logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middles of the intervals with the largest error; none once the whole error is small enough.

    at: positions on the path, in [0, 1], in any order; slopes, logits: slope along the path and logit of the label
        there. All (steps,).
    """
    order = np.argsort(at)
    at, slopes, logits = at[order], slopes[order], logits[order]
    error = np.diff(at) * (slopes[:-1] + slopes[1:]) / 2 - np.diff(logits)
    allowed = max(COMPLETENESS_TOLERANCE * abs(logits[-1] - logits[0]), SMALLEST_TOLERANCE)
    if abs(error.sum()) <= allowed or len(at) + STEPS_AT_ONCE > MAX_STEPS:
        return np.empty(0)
    worst = np.argsort(-np.abs(error), kind="stable")[:STEPS_AT_ONCE]
    return np.asarray((at[worst] + at[worst + 1]) / 2)


class _Steps:
    """Estimate the progress over `maps` maps, whose numbers of steps are not known beforehand.

    Each is expected to take as many as those before it on average, and USUAL_STEPS while there are none.
    """

    def __init__(self, maps: int, progress: Progress) -> None:
        self._maps, self._progress = maps, progress
        self._finished, self._before, self._now = 0, 0, 0

    def take(self, steps: int) -> None:
        """Tell the progress, then count so many more steps."""
        usual = self._before / self._finished if self._finished else TYPICAL_STEPS
        left = max(usual - self._now, steps) + (self._maps - self._finished - 1) * usual
        done = self._before + self._now
        self._progress(done, done + round(left))
        self._now += steps

    def finish(self) -> None:
        """Count one more map as finished."""
        self._finished, self._before, self._now = self._finished + 1, self._before + self._now, 0


def build(network: keras.Model) -> IntegratedGradients:
    """Return the method on a network with outputs [features, logits]."""
    return IntegratedGradients(network)
