"""Train a network to find its evidence for a label inside the boxes that mark the finding."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.evaluate.map_evaluation.annotations import box_around
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.imaging.preprocessing import model_input
from meddx.model.card import Input

SAMPLES_PER_AXIS = 4
"""Sampling points along each side of a cell of the map."""


@dataclass(frozen=True)
class TrainingBoxes:
    """The boxes of the training images and the size of the map that is trained on them.

    corners: (n, k, 4) as boxes_in_inputs returns them; rows, columns: of the map.
    """

    corners: NDArray[np.float32]
    rows: int
    columns: int


def boxes_in_inputs(images: LabelledSet, spec: Input) -> NDArray[np.float32]:
    """Return (n, most boxes of an image, 4): left, top, right, bottom in pixels of the network's input.

    A mask counts as the box around it. NaN fills the places beyond an image's boxes. Coordinates are those of edges: 0
    left of the first pixel, spec.width right of the last. Raises Refused for a mask that cannot be read.
    """
    boxes = [(*case.boxes, *(box for mask in case.masks if (box := box_around(mask)))) for case in images.cases]
    found = np.full((len(images), max(map(len, boxes), default=0), 4), np.nan, np.float32)
    for row, (case, of_image) in enumerate(zip(images.cases, boxes, strict=True)):
        if not of_image:
            continue
        place = model_input(case.image(), spec)[1]
        wide, tall = place.right - place.left, place.bottom - place.top
        for index, box in enumerate(of_image):
            left, right = (place.left + x * wide for x in (box.left, box.right))
            top, bottom = (place.top + y * tall for y in (box.top, box.bottom))
            found[row, index] = left * spec.width, top * spec.height, right * spec.width, bottom * spec.height
    return found


def cells_inside(
    boxes: NDArray[np.float32], transforms: NDArray[np.float32], spec: Input, rows: int, columns: int
) -> NDArray[np.float32]:
    """Return (n, rows, columns): the fraction of each cell of the map inside a box, after the image was transformed.

    boxes: (n, k, 4) as boxes_in_inputs returns them; transforms: (n, 8) as draw_transforms does.
    """
    # Centres of pixels have whole numbers in transforms, edges in boxes.
    y = (np.arange(rows * SAMPLES_PER_AXIS) + 0.5) * spec.height / (rows * SAMPLES_PER_AXIS) - 0.5
    x = (np.arange(columns * SAMPLES_PER_AXIS) + 0.5) * spec.width / (columns * SAMPLES_PER_AXIS) - 0.5
    found = np.empty((len(boxes), rows, columns), np.float32)
    for index, (of_image, (a, b, c, d, e, f, _, _)) in enumerate(zip(boxes, transforms, strict=True)):
        across = a * x[np.newaxis, :] + b * y[:, np.newaxis] + c + 0.5
        down = d * x[np.newaxis, :] + e * y[:, np.newaxis] + f + 0.5
        hit = np.zeros(across.shape, np.bool_)
        for left, top, right, bottom in of_image:
            hit |= (left <= across) & (across < right) & (top <= down) & (down < bottom)
        found[index] = hit.reshape(rows, SAMPLES_PER_AXIS, columns, SAMPLES_PER_AXIS).mean(axis=(1, 3))
    return found


def evidence_outside_boxes(features: tf.Tensor, kernel: tf.Tensor, targets: tf.Tensor, inside: tf.Tensor) -> tf.Tensor:
    """Return (n,): the loss, in nats, of evidence that is not for the true label inside the boxes.

    The evidence of each label at each place, feature times weight, is taken as the logit of a label of that place: the
    mean cross-entropy inside the boxes (per-pixel cross-entropy of Rao et al. 2023, arXiv:2303.11932, section 3.3) plus
    the mean over all that is to show nothing. 0 without a box. features: (n, rows, columns, k) of the explained layer,
    averaged over places before the last layer; kernel: (k, labels) of that layer; targets: (n, labels), one each;
    inside: (n, rows, columns) as cells_inside returns it.
    """
    evidence = tf.einsum("nijk,kl->nijl", tf.cast(features, tf.float32), kernel)
    wanted = inside[..., None] * targets[:, None, None, :]
    area = tf.reduce_sum(wanted, axis=(1, 2, 3))
    missing = tf.reduce_sum(wanted * tf.nn.softplus(-evidence), axis=(1, 2, 3)) / tf.maximum(area, 1e-6)
    astray = tf.reduce_sum((1 - wanted) * tf.nn.softplus(evidence), axis=(1, 2, 3))
    astray /= tf.reduce_sum(1 - wanted, axis=(1, 2, 3))
    return tf.where(area > 0, missing + astray, 0.0)
