"""Compute RISE maps (Petsiuk, Das and Saenko 2018, arXiv:1806.07421). Signed.

The paper takes the mean probability while a place is visible. Here it is the logit, and the difference between visible
and hidden, so that a place that does not matter is at zero; each mask comes with its complement, so that fewer masks
do. A hidden place is blurred, where the paper makes it black.
"""

from collections.abc import Iterator, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.explainer import Maps, Progress, RunLogits, no_progress

PAIRS = 400
"""Masks, each with its complement."""
RISE_CELLS = 7
"""Cells along each side of a mask before it is enlarged, as in the paper."""
RISE_SEED = 1806


class Rise:
    """Explain as meddx.explain.methods.explainer.Explainer says, by signed maps in logit units of the input's size.

    Every image is covered by the same masks. pairs: how many, each with its complement.
    """

    def __init__(self, network: keras.Model, run: RunLogits | None = None, pairs: int = PAIRS) -> None:
        self._logits = Logits(network, run)
        self._pairs = pairs

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says: the slope of the logit by each pixel's visibility (0 hidden, 1 visible)."""
        height, width = inputs.shape[1:3]
        together = max(1, self._logits.largest // 2)
        softs = blurred(inputs)
        covariance = np.zeros((len(inputs), len(labels), height, width), np.float32)
        variance = np.zeros((height, width), np.float32)
        for start, shown in _masks(height, width, self._pairs, together):
            centred = shown - 0.5
            variance += np.square(centred).sum(axis=0)
            for index, (image, soft) in enumerate(zip(inputs, softs, strict=True)):
                progress(start * len(inputs) + index * len(shown), self._pairs * len(inputs))
                change = shown[..., np.newaxis] * (image - soft)
                logits = self._logits(np.concatenate([soft + change, image - change]))[:, list(labels)]
                gain = logits[: len(shown)] - logits[len(shown) :]
                covariance[index] += np.tensordot(gain, centred, axes=(0, 0))
        # Equation 6 less the mean: the slope of the logit by how visible the place is.
        return np.asarray(covariance / (2 * variance), np.float32)


def _masks(height: int, width: int, number: int, together: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield `number` masks in batches: (index of the first, float32 (at most `together`, height, width) in [0, 1]).

    Random cells, each visible or hidden with even chance, enlarged bilinearly and shifted by less than a cell
    (section 3.2).
    """
    random = np.random.default_rng(RISE_SEED)
    rows, columns = _enlarging(height), _enlarging(width)
    for start in range(0, number, together):
        masks = []
        for _ in range(min(together, number - start)):
            cells = random.integers(0, 2, (RISE_CELLS + 1, RISE_CELLS + 1)).astype(np.float32)
            top, left = (random.integers(len(side) - pixels) for side, pixels in ((rows, height), (columns, width)))
            masks.append(rows[top : top + height] @ cells @ columns[left : left + width].T)
        yield start, np.stack(masks)


def _enlarging(pixels: int) -> NDArray[np.float32]:
    """Return the weights of linear interpolation from CELLS + 1 cells: (pixels + those of a cell, CELLS + 1)."""
    cell = -(-pixels // RISE_CELLS)
    at = (np.arange(pixels + cell) + 0.5) / cell - 0.5
    weights = [np.interp(at, np.arange(RISE_CELLS + 1), one) for one in np.eye(RISE_CELLS + 1)]
    return np.asarray(np.stack(weights, axis=1), np.float32)


def build(network: keras.Model, run: RunLogits | None = None) -> Rise:
    """Return the method on a network with outputs [features, logits]. run: as of Logits."""
    return Rise(network, run)
