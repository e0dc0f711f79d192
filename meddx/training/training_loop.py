"""Train on epochs of augmented batches, validate after each and return the best epoch's weights."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.calibration import cross_entropy
from meddx.evaluate.sets.recipe_sets import resolve
from meddx.install.progress_report import StageReport
from meddx.model.architectures import ARCHITECTURES, EXPLAINED_LAYER, fusion
from meddx.model.note_words import Vocabulary
from meddx.model.record_fields import record_width
from meddx.training.batches import balancing_weights, training_batches
from meddx.training.box_supervision import TrainingBoxes
from meddx.training.cached_inputs import ImageArray
from meddx.training.checkpoint import Checkpoint, TrainingState
from meddx.training.evidence_training import evidence_trained
from meddx.training.hardware import Hardware
from meddx.training.pretrained import load_pretrained
from meddx.training.recipe import Recipe
from meddx.training.record_training import BesideImages
from meddx.training.weight_averaging import WeightAverage

VALIDATION_BATCH = 64
ONE_DEVICE = Hardware()
DIVERGED = "diverged"
"""The rule by which a training is refused none of whose epochs has a validation loss."""


@dataclass(frozen=True)
class Fold:
    """Inputs (n, height, width, channels) and targets (n, labels) for training and for validation.

    train_beside, validation_beside: records and notes, where the recipe has any; they say which parts are trained on.
    vocabulary: of the notes.
    train_boxes: (n, k, 4) as meddx.training.box_supervision.boxes_in_inputs returns them, where the recipe trains on
    boxes.
    """

    train: ImageArray
    train_targets: NDArray[np.bool_]
    validation: ImageArray
    validation_targets: NDArray[np.bool_]
    train_boxes: NDArray[np.float32] | None = None
    train_beside: BesideImages | None = None
    validation_beside: BesideImages | None = None
    vocabulary: Vocabulary | None = None


def seed_everything(seed: int) -> None:
    """Make later computations reproducible on the same machine, whatever ran before in this process."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def build_network(recipe: Recipe, recipe_folder: Path, fold: Fold | None = None) -> keras.Model:
    """Return the recipe's network, with pretrained weights where the recipe names some.

    fold: says which parts the network takes; without it, or without any beside the image, it is one for images.
    """
    beside = None if fold is None else fold.train_beside
    model: keras.Model = None
    if beside is None or "image" in beside.parts:
        model = _image_network(recipe, recipe_folder)
    if beside is not None:
        vocabulary = None if fold is None else fold.vocabulary
        model = fusion.build(
            model,
            "softmax" if recipe.exclusive else "sigmoid",
            outputs=len(recipe.labels),
            record_width=record_width(recipe.fields),
            vocabulary_size=vocabulary.size if vocabulary is not None else 0,
            words=recipe.note.words if recipe.note is not None else 0,
            **recipe.fitting.fusion.model_dump(exclude={"modality_dropout", "field_dropout"}),
        )
    # Probabilities near 0 and 1 are what half precision has too few of.
    model.layers[-1].dtype_policy = keras.DTypePolicy("float32")
    return model


def _image_network(recipe: Recipe, recipe_folder: Path) -> keras.Model:
    fitting = recipe.fitting
    model = ARCHITECTURES[fitting.architecture](
        (recipe.input.height, recipe.input.width, recipe.input.channels),
        len(recipe.labels),
        "softmax" if recipe.exclusive else "sigmoid",
        **fitting.options,
    )
    if fitting.pretrained is not None:
        load_pretrained(model, resolve(fitting.pretrained, recipe_folder), part=fitting.pretrained_part)
    if fitting.frozen_through is not None:
        freeze(model, fitting.frozen_through)
    return model


def compiled_learner(recipe: Recipe, model: keras.Model, steps_per_epoch: int) -> keras.Model:
    """Return the network compiled for training, with its explained map as output where that is trained too."""
    fitting = recipe.fitting
    warmup = round(fitting.warmup_epochs * steps_per_epoch)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=fitting.learning_rate / 100 if warmup else fitting.learning_rate,
        decay_steps=max(1, fitting.epochs * steps_per_epoch - warmup),
        alpha=0.01,
        warmup_target=fitting.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    kind = keras.losses.CategoricalCrossentropy if recipe.exclusive else keras.losses.BinaryCrossentropy
    if fitting.box_weight or fitting.evidence_sparsity:
        learns = evidence_trained(model)
        learns.learn_by(
            kind(label_smoothing=fitting.label_smoothing, reduction="none"),
            box_weight=fitting.box_weight,
            sparsity=fitting.evidence_sparsity,
        )
        learns.compile(optimizer=keras.optimizers.Adam(schedule))
        return learns
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss=kind(label_smoothing=fitting.label_smoothing))
    return model


def freeze(model: keras.Model, last: str) -> None:
    """Freeze the layers from the input to the one named `last`.

    Raises Refused when there is none.
    """
    names = [layer.name for layer in model.layers]
    if last not in names:
        raise Refused(
            "no-such-layer", f"frozen_through names {last!r}, which {model.name} does not have; name one of its layers."
        )
    for layer in model.layers[: names.index(last) + 1]:
        layer.trainable = False


def fit(
    recipe: Recipe,
    fold: Fold,
    run: Path,
    recipe_folder: Path,
    report: StageReport,
    *,
    hardware: Hardware = ONE_DEVICE,
) -> tuple[keras.Model, TrainingState]:
    """Train, going on from the checkpoint in the folder `run` if there is one, and return the best epoch's model.

    That is an ordinary float32 model on one device, whatever it was trained on. Raises Refused when a batch cannot be
    shared evenly, for a checkpoint of another recipe or precision, and (DIVERGED) when no epoch gives a number.
    """
    fitting = recipe.fitting
    strategy = hardware.strategy()
    if fitting.batch % hardware.devices:
        raise Refused(
            "uneven-batch",
            f"{hardware.devices} devices cannot share batches of {fitting.batch} evenly; choose a multiple.",
        )
    seed_everything(fitting.seed)
    steps = -(-len(fold.train) // fitting.batch)
    with strategy.scope(), hardware.in_precision():
        model = build_network(recipe, recipe_folder, fold)
        learns = compiled_learner(recipe, model, steps)
        learns.optimizer.build(learns.trainable_variables)
    average = WeightAverage(model, fitting.averaging) if fitting.averaging else None
    finished = model if average is None else average.model
    key = recipe.model_dump_json(exclude_unset=True)
    checkpoint = Checkpoint(run, key if hardware.precision == "float32" else f"{key} {hardware.precision}")
    progress = checkpoint.restore(learns, finished)
    if progress.epochs:
        report.say(f"Going on after epoch {progress.epochs}.")
    weights = np.ones(len(fold.train), np.float32)
    if fitting.class_weights:
        weights = balancing_weights(fold.train_targets, recipe.exclusive)
    boxes = None
    if fitting.box_weight:
        if fold.train_boxes is None or not np.isfinite(fold.train_boxes).any():
            raise Refused(
                "no-boxes",
                "box_weight asks to learn from boxes, and the training set has none; give it some, or leave "
                "box_weight out.",
            )
        boxes = TrainingBoxes(fold.train_boxes, *model.get_layer(EXPLAINED_LAYER).output.shape[1:3])
    predict = _compiled(finished)
    with report.stage("training", fitting.epochs * steps) as done:
        while progress.epochs < fitting.epochs and progress.epochs - progress.best_epoch < fitting.patience:
            before = progress.epochs * steps
            done(before)
            batches = training_batches(
                fold.train,
                fold.train_targets,
                weights,
                spec=recipe.input,
                fitting=fitting,
                epoch=progress.epochs,
                whole=hardware.devices > 1,
                boxes=boxes,
                beside=fold.train_beside,
            )
            losses = []
            for step, batch in enumerate(strategy.experimental_distribute_dataset(batches), start=1):
                losses.append(_train_on_batch(learns, batch))
                if average is not None:
                    average.follow(before + step)
                done(before + step)
            held_out = cross_entropy(
                _predict(predict, fold.validation, fold.validation_beside), fold.validation_targets, recipe.exclusive
            )
            _close_epoch(learns, progress, float(np.mean(losses)), held_out)
            checkpoint.save(learns, finished, progress)
            report.say(_line(progress))
    if not progress.best_epoch:
        raise Refused(DIVERGED, "The training diverged: no epoch has a validation loss; lower learning_rate.")
    finished.load_weights(checkpoint.best)
    if hardware != ONE_DEVICE:
        trained, finished = finished, build_network(recipe, recipe_folder, fold)
        finished.set_weights(trained.get_weights())
    if fitting.class_weights and recipe.exclusive:
        restore_frequencies(finished, fold.train_targets)
    return finished, progress


def _train_on_batch(model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> float:
    """Take one training step on (images, targets, weights) and return the loss.

    The batch may lie on several devices. As keras.Model.train_on_batch, which does not take batches that a strategy has
    distributed.
    """
    model.make_train_function()
    model.reset_metrics()
    return float(model.train_function(iter([batch]))["loss"])


def restore_frequencies(model: keras.Model, targets: NDArray[np.bool_]) -> None:
    """Add the logarithm of each label's frequency in training to its logit, in the last layer's bias.

    Trained on balanced weights, the network answers as if labels were equally frequent; by Bayes' rule this gives the
    probabilities at the frequencies of the training set (Saerens et al. 2002, Neural Computation 14:21, eq. 2.4).
    """
    bias = model.layers[-1].bias
    bias.assign_add(np.log(targets.mean(axis=0)).astype(np.float32))


def predict_probabilities(
    model: keras.Model, images: ImageArray, beside: BesideImages | None = None
) -> NDArray[np.float32]:
    """Return probabilities (n, labels). beside: the records and notes of the images, of a network that takes them."""
    return _predict(_compiled(model), images, beside)


def _compiled(model: keras.Model) -> Callable[[tf.Tensor | dict[str, tf.Tensor]], tf.Tensor]:
    compiled: Callable[[tf.Tensor | dict[str, tf.Tensor]], tf.Tensor] = tf.function(
        lambda inputs: model(inputs, training=False), reduce_retracing=True
    )
    return compiled


def _predict(
    predict: Callable[[tf.Tensor | dict[str, tf.Tensor]], tf.Tensor], images: ImageArray, beside: BesideImages | None
) -> NDArray[np.float32]:
    def inputs(rows: slice) -> tf.Tensor | dict[str, tf.Tensor]:
        if beside is None:
            return tf.constant(images[rows].astype(np.float32))
        named = {name: tf.constant(values) for name, values in beside.whole(rows).items()}
        seen = {"image": tf.constant(images[rows].astype(np.float32))} if "image" in beside.parts else {}
        return seen | named

    parts = range(0, len(images), VALIDATION_BATCH)
    return np.concatenate([predict(inputs(slice(start, start + VALIDATION_BATCH))) for start in parts])


def _close_epoch(model: keras.Model, progress: TrainingState, loss: float, held_out: float) -> None:
    progress.epochs += 1
    if held_out < progress.best_loss:
        progress.best_loss, progress.best_epoch = held_out, progress.epochs
    rate = float(model.optimizer.learning_rate)
    row = {"epoch": progress.epochs, "loss": loss, "validation_loss": held_out, "learning_rate": rate}
    progress.curve.append(row)


def _line(progress: TrainingState) -> str:
    last = progress.curve[-1]
    best = ", the best so far" if progress.best_epoch == progress.epochs else ""
    return f"epoch {progress.epochs}: loss {last['loss']:.4f}, validation {last['validation_loss']:.4f}{best}"
