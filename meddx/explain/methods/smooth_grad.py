"""Compute SmoothGrad (Smilkov et al. 2017, arXiv:1706.03825), the mean gradient over noisy copies of the image."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods.explainer import Maps, Progress, no_progress
from meddx.explain.methods.gradients import InputGradients

NOISY_SAMPLES = 20
"""Noisy copies of an image."""
NOISE_LEVEL = 0.15
"""Standard deviation of the noise as a share of the image's range; the paper advises 10 to 20 % (section 4.1)."""
NOISE_SEED = 1706


class SmoothGrad:
    """Explain as meddx.explain.methods.explainer.Explainer says, by maps >= 0 of the input's rows and columns.

    Every image gets the same noise, so that equal and nearly equal images get comparable maps. samples, noise: in place
    of SAMPLES and NOISE.
    """

    def __init__(self, network: keras.Model, samples: int = NOISY_SAMPLES, noise: float = NOISE_LEVEL) -> None:
        self._gradients = InputGradients(network)
        shape = (samples, *network.inputs[0].shape[1:])
        self._noise = noise * np.random.default_rng(NOISE_SEED).standard_normal(shape, np.float32)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says: the largest absolute mean gradient over the channels."""
        maps = []
        for index, image in enumerate(inputs):
            noisy = image + self._noise * np.ptp(image)

            def within(done: int, total: int, message: str = "", *, index: int = index) -> None:
                progress(index * total + done, len(inputs) * total)

            # The equation of section 3: the mean of the gradients with their signs; absolute values are taken last.
            maps.append(np.abs(self._gradients(noisy, labels, within).mean(axis=0)).max(axis=-1))
        return np.stack(maps)


def build(network: keras.Model) -> SmoothGrad:
    """Return the method on a network with outputs [features, logits]."""
    return SmoothGrad(network)
