"""Compute Augmented Grad-CAM (Morbidelli et al. 2020, doi:10.1109/ICASSP40776.2020.9054416).

The image is shifted by fractions of a cell of the explained layer, each Grad-CAM map is shifted back, and their mean
is taken. So places within a cell are told apart, and effects of where the cells happen to lie average out. The paper
also rotates the image, and solves for the finer map by least squares with a total-variation penalty.
"""

from collections.abc import Sequence
from itertools import product

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods import grad_cam
from meddx.explain.methods.cam_base import Cam
from meddx.explain.methods.explainer import Maps, Progress, no_progress
from meddx.imaging.overlay import map_on_image
from meddx.types import Placement

SHIFTS_PER_AXIS = 4
"""Positions of the image within a cell, along each side."""
_WHOLE = Placement(left=0, top=0, right=1, bottom=1)


class AugmentedGradCam:
    """Explain as meddx.explain.methods.explainer.Explainer says, by maps >= 0 in logit units of the input's size."""

    def __init__(self, network: keras.Model) -> None:
        self._cam = Cam(network, grad_cam.rule)
        sides = zip(network.inputs[0].shape[1:3], network.outputs[0].shape[1:3], strict=True)
        self._moves = list(product(*(_within_a_cell(pixels / cells) for pixels, cells in sides)))

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int], progress: Progress = no_progress) -> Maps:
        """Return maps as the contract says, with a row and column for each of the input's."""
        height, width = inputs.shape[1:3]
        total = np.zeros((len(inputs), len(labels), height, width), np.float32)
        for number, (down, across) in enumerate(self._moves):
            progress(number * len(inputs), len(self._moves) * len(inputs))
            maps = self._cam(shifted(inputs, down, across, axis=1), labels)
            fine = np.stack([[map_on_image(one, _WHOLE, height, width) for one in image] for image in maps])
            total += shifted(fine, -down, -across, axis=2)
        return np.asarray(total / len(self._moves), np.float32)


def shifted(images: NDArray[np.float32], down: int, across: int, axis: int) -> NDArray[np.float32]:
    """Return the images shifted by whole pixels, edges repeated. axis: of the rows; the columns are the next axis."""
    for at, by in ((axis, down), (axis + 1, across)):
        images = np.take(images, np.arange(images.shape[at]) - by, axis=at, mode="clip")
    return images


def _within_a_cell(pixels: float) -> list[int]:
    """Return STEPS evenly spaced shifts in whole pixels, without repeats: -3, -1, 1 and 3 for a cell of 8 pixels."""
    moves = (np.arange(SHIFTS_PER_AXIS) + 0.5) / SHIFTS_PER_AXIS * pixels - pixels / 2
    return sorted(set(np.round(moves).astype(int).tolist()))


def build(network: keras.Model) -> AugmentedGradCam:
    """Return the method on a network with outputs [features, logits]."""
    return AugmentedGradCam(network)
