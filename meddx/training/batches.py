"""Make the shuffled, augmented batches of one epoch.

Order and augmentation depend on the seed and the epoch's number only, so a run can resume.
"""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.model.card import Input
from meddx.training.augmentation import apply, draw_exposures, draw_transforms
from meddx.training.box_supervision import TrainingBoxes, cells_inside
from meddx.training.cached_inputs import ImageArray
from meddx.training.corruption_augmentation import corrupt, draw_corruptions
from meddx.training.recipe import Fitting
from meddx.training.record_training import BesideImages


def training_batches(
    inputs: ImageArray,
    targets: NDArray[np.bool_],
    weights: NDArray[np.float32],
    *,
    spec: Input,
    fitting: Fitting,
    epoch: int,
    whole: bool = False,
    boxes: TrainingBoxes | None = None,
    beside: BesideImages | None = None,
) -> tf.data.Dataset:
    """Return batches (images, targets, weights) of every image once, shuffled and augmented.

    inputs: (n, height, width, channels), may lie on disk; targets: (n, labels); weights: (n,). whole: fill up the last
    batch with images of the first, so that devices which share batches all have something to do. boxes: the targets
    become (targets, fraction of each cell of the map inside a box). beside: the images become inputs by name, parts and
    fields of them taken away at random.
    """
    generator = np.random.default_rng([fitting.seed, epoch])
    order = generator.permutation(len(inputs))
    if whole:
        order = np.resize(order, -(-len(order) // fitting.batch) * fitting.batch)
    n = len(order)
    transforms = draw_transforms(generator, n, fitting.augmentation, spec.height, spec.width)
    exposures = draw_exposures(generator, n, fitting.augmentation, spec)
    corruptions = draw_corruptions(generator, n, fitting.augmentation)
    shape = (None, spec.height, spec.width, spec.channels)

    def images(rows: tf.Tensor, transforms: tf.Tensor, exposures: tf.Tensor, corruptions: tf.Tensor) -> tf.Tensor:
        read = tf.numpy_function(lambda index: inputs[index].astype(np.float32), [rows], tf.float32, stateful=False)
        moved = apply(tf.ensure_shape(read, shape), transforms, exposures, spec)
        return (
            moved if not fitting.augmentation.corruptions else corrupt(moved, corruptions, spec, fitting.augmentation)
        )

    labels: NDArray[np.float32] = targets[order].astype(np.float32)
    true: NDArray[np.float32] | tuple[NDArray[np.float32], NDArray[np.float32]] = labels
    if boxes is not None:
        true = (labels, cells_inside(boxes.corners[order], transforms, spec, boxes.rows, boxes.columns))
    columns = (order, transforms, exposures, corruptions, true, weights[order])
    if beside is None:
        return (
            tf.data.Dataset.from_tensor_slices(columns)
            .batch(fitting.batch)
            .map(
                lambda rows, moves, looks, corruptions, true, weight: (
                    images(rows, moves, looks, corruptions),
                    true,
                    weight,
                )
            )
            .prefetch(2)
        )
    dropped = (fitting.fusion.modality_dropout, fitting.fusion.field_dropout)
    named = beside.thinned(order, np.random.default_rng([fitting.seed, epoch, 1]), *dropped)

    def joined(drawn: tuple[tf.Tensor, ...], named: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return ({"image": images(*drawn)} if "image" in beside.parts else {}) | named

    return (
        tf.data.Dataset.from_tensor_slices((*columns, named))
        .batch(fitting.batch)
        .map(lambda *batch: (joined(batch[:4], batch[6]), batch[4], batch[5]))
        .prefetch(2)
    )


def balancing_weights(targets: NDArray[np.bool_], exclusive: bool) -> NDArray[np.float32]:
    """Return the weight (n,) of each image, mean 1: the inverse frequency of its label or combination of labels.

    A combination counts as if it were at least a twentieth of the set, so that no rare one outweighs the rest.
    """
    _, kind, count = np.unique(targets, axis=0, return_inverse=True, return_counts=True)
    floor = 0 if exclusive else len(targets) / 20
    weight = 1 / np.maximum(count, floor)[kind.ravel()]
    balanced: NDArray[np.float32] = (weight / weight.mean()).astype(np.float32)
    return balanced
