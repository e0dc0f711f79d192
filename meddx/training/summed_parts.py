"""Make a fusion of networks that were trained alone: the logits of the image, and what the record and the note add.

By Bayes' rule the parts' logits add up where the parts are independent given the label. As they never quite are, what
record and note add is weighed by a factor that the validation set decides (one number: stacking, Wolpert 1992, Neural
Networks 5:241).
"""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from meddx.evaluate.calibration import fit_temperature, negative_log_likelihood
from meddx.evaluate.paired.parts_alone import IMAGE, RECORD
from meddx.install.progress_report import StageReport
from meddx.model.record_encoding import missing_record
from meddx.training.baselines import fit_part, logits_of
from meddx.training.checkpoint import TrainingState
from meddx.training.recipe import Recipe
from meddx.training.training_loop import Fold, build_network, predict_probabilities

_Logits = NDArray[np.float64]
LARGEST_WEIGHT = 2.0


def fit_sum(
    recipe: Recipe, fold: Fold, run: Path, recipe_folder: Path, report: StageReport
) -> tuple[keras.Model, TrainingState]:
    """Train the parts alone and return the network that adds their logits, with the progress of the image's training.

    fold: with records. Without record and note it answers as the image alone does, exactly.
    """
    image, progress, of_image = fit_part(IMAGE, recipe, recipe_folder, fold, run=run, report=report)
    beside, _, of_beside = fit_part(RECORD, recipe, recipe_folder, fold, run=run, report=report)
    absent = _absent_logits(beside, recipe)
    logits = [
        logits_of(predict_probabilities(model, data.validation, data.validation_beside), recipe.exclusive)
        for model, data in ((image, of_image), (beside, of_beside))
    ]
    weight = weight_of(logits[0], logits[1] - absent, fold.validation_targets, recipe.exclusive)
    report.say(f"What is beside the image counts {weight:.2f} times.")
    return _summed(build_network(recipe, recipe_folder, fold), image, beside, weight, absent), progress


def weight_of(image: _Logits, added: _Logits, targets: NDArray[np.bool_], exclusive: bool) -> float:
    """Return the factor of `added`, 0 to LARGEST_WEIGHT, at which the cross-entropy of the calibrated sum is lowest.

    image, added: logits (n, labels); targets: (n, labels).
    """

    def loss(weight: float) -> float:
        logits = image + weight * added
        return negative_log_likelihood(logits / fit_temperature(logits, targets, exclusive), targets, exclusive)

    return float(minimize_scalar(loss, bounds=(0.0, LARGEST_WEIGHT), method="bounded").x)


def _absent_logits(beside: keras.Model, recipe: Recipe) -> _Logits:
    """Return the logits (labels,) of no record and no note."""
    inputs = {}
    if recipe.fields:
        inputs["record"] = missing_record(recipe.fields)[np.newaxis]
    if recipe.note is not None:
        inputs["note"] = np.zeros((1, recipe.note.words), np.int32)
    found: _Logits = logits_of(np.asarray(beside(inputs, training=False)), recipe.exclusive)[0]
    return found


def _summed(
    network: keras.Model, image: keras.Model, beside: keras.Model, weight: float, absent: _Logits
) -> keras.Model:
    """Return the network with the weights of both, joined so that their logits add up."""
    joined = ("joint", "probabilities")
    for part in (image, beside):
        for layer in part.layers:
            if layer.weights and layer.name not in joined:
                network.get_layer(layer.name).set_weights(layer.get_weights())
    of_image, image_bias = (value.astype(np.float64) for value in image.get_layer("probabilities").get_weights())
    (first, first_bias), (last, last_bias) = (beside.get_layer(name).get_weights() for name in joined)
    of_beside, beside_bias = first @ last, first_bias @ last + last_bias
    kernel = np.concatenate([of_image, weight * of_beside])
    bias = image_bias + weight * (beside_bias - absent)
    network.get_layer("joint").set_weights([kernel.astype(np.float32), bias.astype(np.float32)])
    labels = len(bias)
    network.get_layer("probabilities").set_weights([np.eye(labels, dtype=np.float32), np.zeros(labels, np.float32)])
    return network
