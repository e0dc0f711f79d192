"""Augmented Grad-CAM: Morbidelli, Carrera, Rossi, Fragneto and Boracchi 2020 (doi:10.1109/ICASSP40776.2020.9054416).

Grad-CAM of the image moved by parts of a cell of the explained layer, each map moved back, and their mean: it tells
places within a cell apart, and what hangs on how the cells happened to fall on the image averages out. The paper turns
the image as well and solves for the finer map by least squares under total variation.
"""

from collections.abc import Sequence
from itertools import product

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods import grad_cam
from meddx.explain.methods.cam_base import Cam
from meddx.explain.methods.explainer import Maps, PassProgress, no_progress
from meddx.imaging.overlay import map_on_image
from meddx.types import Placement

SHIFTS_PER_AXIS = 4
"""Positions of the image within a cell, along each side."""
_WHOLE = Placement(left=0, top=0, right=1, bottom=1)


class AugmentedGradCam:
    """Implements meddx.explain.methods.explainer.Explainer; maps >= 0 in logit units, of the image's rows and
    columns.
    """

    def __init__(self, network: keras.Model) -> None:
        self._cam = Cam(network, grad_cam.rule)
        sides = zip(network.inputs[0].shape[1:3], network.outputs[0].shape[1:3], strict=True)
        self._moves = list(product(*(_within_a_cell(pixels / cells) for pixels, cells in sides)))

    def __call__(
        self, inputs: NDArray[np.float32], labels: Sequence[int], progress: PassProgress = no_progress
    ) -> Maps:
        """As the contract says."""
        height, width = inputs.shape[1:3]
        total = np.zeros((len(inputs), len(labels), height, width), np.float32)
        for number, (down, across) in enumerate(self._moves):
            progress(number * len(inputs), len(self._moves) * len(inputs))
            maps = self._cam(shifted(inputs, down, across, axis=1), labels)
            fine = np.stack([[map_on_image(one, _WHOLE, height, width) for one in image] for image in maps])
            total += shifted(fine, -down, -across, axis=2)
        return np.asarray(total / len(self._moves), np.float32)


def shifted(images: NDArray[np.float32], down: int, across: int, axis: int) -> NDArray[np.float32]:
    """Images moved by whole pixels, edges continued; axis: of their rows, columns being the next."""
    for at, by in ((axis, down), (axis + 1, across)):
        places = np.clip(np.arange(images.shape[at]) - by, 0, images.shape[at] - 1)
        images = np.take(images, places, axis=at)
    return images


def _within_a_cell(pixels: float) -> list[int]:
    """Whole pixels of STEPS even moves about none, each once: of a cell of 8 pixels -3, -1, 1 and 3."""
    moves = (np.arange(SHIFTS_PER_AXIS) + 0.5) / SHIFTS_PER_AXIS * pixels - pixels / 2
    return sorted(set(np.round(moves).astype(int).tolist()))


def build(network: keras.Model) -> AugmentedGradCam:
    """The method on a network with outputs [features, logits]."""
    return AugmentedGradCam(network)
