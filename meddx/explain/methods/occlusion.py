"""Compute occlusion maps (Zeiler and Fergus 2013, arXiv:1311.2901, section 4.2). Signed.

One patch of the image after another is blurred; the logit falls by what the patch contributes to the label. The paper's
grey patch would add edges that no image has.
"""

from collections.abc import Sequence
from itertools import product

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.explainer import Maps, Progress, RunLogits, no_progress

OCCLUSION_CELLS = 14
"""Cells along each side of the map; an image with fewer pixels has one cell for each."""
PATCH_CELLS = 2
"""Side of the patch in cells; it moves by one cell, so most cells are covered by four patches in turn."""


class Occlusion:
    """Explain as meddx.explain.methods.explainer.Explainer says, by signed maps in logit units, (CELLS, CELLS)."""

    def __init__(self, network: keras.Model, run: RunLogits | None = None) -> None:
        self._logits = Logits(network, run)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says; a cell holds the mean fall of the logit over the patches that cover it."""
        rows, columns = (_edges(side) for side in inputs.shape[1:3])
        places = list(product(range(len(rows) - PATCH_CELLS), range(len(columns) - PATCH_CELLS)))
        total = len(inputs) * (len(places) + 1)
        maps = np.zeros((len(inputs), len(labels), len(rows) - 1, len(columns) - 1), np.float32)
        covered = np.zeros(maps.shape[2:], np.float32)
        for row, column in places:
            covered[row : row + PATCH_CELLS, column : column + PATCH_CELLS] += 1
        for index, (image, soft) in enumerate(zip(inputs, blurred(inputs), strict=True)):
            whole = self._logits(image[np.newaxis])[0]
            for start in range(0, len(places), self._logits.largest):
                progress(index * (len(places) + 1) + start, total)
                patches = places[start : start + self._logits.largest]
                hidden = np.repeat(image[np.newaxis], len(patches), axis=0)
                for one, (row, column) in zip(hidden, patches, strict=True):
                    place = np.s_[rows[row] : rows[row + PATCH_CELLS], columns[column] : columns[column + PATCH_CELLS]]
                    one[place] = soft[place]
                for (row, column), fall in zip(patches, whole - self._logits(hidden), strict=True):
                    cells = np.s_[row : row + PATCH_CELLS, column : column + PATCH_CELLS]
                    maps[index][:, *cells] += fall[list(labels), np.newaxis, np.newaxis]
        return np.asarray(maps / covered, np.float32)


def _edges(side: int) -> NDArray[np.intp]:
    """Return the pixels at which the cells along a side begin, and the end of the last: (cells + 1,)."""
    return np.linspace(0, side, min(OCCLUSION_CELLS, side) + 1).round().astype(np.intp)


def build(network: keras.Model, run: RunLogits | None = None) -> Occlusion:
    """Return the method on a network with outputs [features, logits]. run: as of Logits."""
    return Occlusion(network, run)
