"""SmoothGrad: Smilkov et al. 2017 (arXiv:1706.03825)."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods.contract import Maps, Progress, quiet
from meddx.explain.methods.gradients import InputGradients

SAMPLES = 20
NOISE = 0.15
"""Standard deviation of the noise as a share of the film's range; the paper advises 10 to 20 % (section 4.1)."""
SEED = 1706


class SmoothGrad:
    """Implements meddx.explain.methods.contract.Explainer; maps >= 0 of the film's own rows and columns.

    Every film meets the same noise, so that equal films, and nearly equal ones, get comparable maps.
    """

    def __init__(self, network: keras.Model, samples: int = SAMPLES, noise: float = NOISE) -> None:
        self._gradients = InputGradients(network)
        shape = (samples, *network.inputs[0].shape[1:])
        self._noise = noise * np.random.default_rng(SEED).standard_normal(shape, np.float32)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = quiet) -> Maps:
        """As the contract says; of several channels the largest counts."""
        maps = []
        for index, film in enumerate(inputs):
            noisy = film + self._noise * np.ptp(film)

            def within(done: int, samples: int, index: int = index) -> None:
                progress(index * samples + done, len(inputs) * samples)

            # The equation of section 3: the mean of the gradients, signs kept; their size is taken last.
            maps.append(np.abs(self._gradients(noisy, labels, within).mean(axis=0)).max(axis=-1))
        return np.stack(maps)


def build(network: keras.Model) -> SmoothGrad:
    """The method on a network with outputs [features, logits]."""
    return SmoothGrad(network)
