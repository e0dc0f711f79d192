"""Integrated Gradients: Sundararajan, Taly and Yan 2017 (arXiv:1703.01365). Signed.

From the blurred image to the image. The map adds up to the difference between their logits (completeness, proposition
1),
to 1 %: stretches of the way are halved until it does. Each pass gives the logit with its gradient, so it is known of
every stretch by how much the gradients at its ends miss what the logit did between; those that miss most are halved
first. The logits of rectified networks bend all along the way, at other places for each label: on shipped networks
even steps took up to ten times as many, and Gauss-Legendre steps were no better.
"""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.explainer import Maps, PassProgress, no_progress
from meddx.explain.methods.gradients import InputGradients

SEGMENTS = 8
"""Of equal length, to begin with."""
STEPS_AT_ONCE = 4
"""Stretches that are halved between two looks at what is missed; with more, some are halved in vain."""
MAX_STEPS = 256
"""Where halving ends; a label that is not complete by then keeps its map all the same."""
TYPICAL_STEPS = 50
"""Gradients for one map, about, on shipped networks."""
COMPLETENESS_TOLERANCE = 0.01
"""What the map may miss, as a share of the difference of the logits."""
SMALLEST_TOLERANCE = 0.01
"""Logit units: smaller misses do not count, however small the difference."""


class IntegratedGradients:
    """Implements meddx.explain.methods.explainer.Explainer; maps in logit units of the image's own rows and columns."""

    def __init__(self, network: keras.Model) -> None:
        self._gradients = InputGradients(network)

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> Maps:
        """As the contract says; channels are added. The total of the progress is an estimate."""
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
        """Equation 3 by the trapezium rule over uneven stretches: (height, width)."""
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
        return np.asarray(np.tensordot(_trapezium(at), maps, axes=1), np.float32)


def _halves(at: NDArray[np.float64], slopes: NDArray[np.float64], logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Middles of the stretches that miss most, none once the whole misses little enough.

    at: places on the way, in [0, 1], in any order; slopes, logits: the label's logit and its slope along the way there.
    """
    order = np.argsort(at)
    at, slopes, logits = at[order], slopes[order], logits[order]
    missed = np.diff(at) * (slopes[:-1] + slopes[1:]) / 2 - np.diff(logits)
    allowed = max(COMPLETENESS_TOLERANCE * abs(logits[-1] - logits[0]), SMALLEST_TOLERANCE)
    if abs(missed.sum()) <= allowed or len(at) + STEPS_AT_ONCE > MAX_STEPS:
        return np.empty(0)
    worst = np.argsort(-np.abs(missed), kind="stable")[:STEPS_AT_ONCE]
    return np.asarray((at[worst] + at[worst + 1]) / 2)


def _trapezium(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the places, in their order: half of the stretches on both sides."""
    order = np.argsort(at)
    widths = np.diff(at[order])
    weights = np.empty(len(at))
    weights[order] = (np.append(widths, 0) + np.append(0, widths)) / 2
    return weights


class _Steps:
    """Tells the progress over `maps` maps, of which nobody knows how many steps the next will take: as many as those
    before on average, USUAL_STEPS before there are any."""

    def __init__(self, maps: int, progress: PassProgress) -> None:
        self._maps, self._progress = maps, progress
        self._finished, self._before, self._now = 0, 0, 0

    def take(self, steps: int) -> None:
        """Before so many more."""
        usual = self._before / self._finished if self._finished else TYPICAL_STEPS
        left = max(usual - self._now, steps) + (self._maps - self._finished - 1) * usual
        done = self._before + self._now
        self._progress(done, done + round(left))
        self._now += steps

    def finish(self) -> None:
        """One map is through."""
        self._finished, self._before, self._now = self._finished + 1, self._before + self._now, 0


def build(network: keras.Model) -> IntegratedGradients:
    """The method on a network with outputs [features, logits]."""
    return IntegratedGradients(network)
