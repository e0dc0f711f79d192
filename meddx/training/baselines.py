"""Train the image alone, and the record with the note alone, from the recipe of a fusion."""

from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

from meddx.evaluate.calibration import fit_temperature
from meddx.evaluate.card_metrics import Measured, measure
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.paired.parts_alone import IMAGE, RECORD, part_file
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recipe_sets import RecipeSets
from meddx.install.progress_report import StageReport
from meddx.training.cached_inputs import ImageArray
from meddx.training.checkpoint import TrainingState
from meddx.training.recipe import Recipe
from meddx.training.record_training import BesideImages, beside_images, training_vocabulary
from meddx.training.training_loop import Fold, fit, predict_probabilities


@dataclass(frozen=True)
class Baseline:
    """What a network of some of the parts reaches on the test set. name: IMAGE or RECORD; file: of its scores."""

    name: str
    file: str
    measured: list[Measured]


def with_records(recipe: Recipe, sets: RecipeSets, fold: Fold) -> Fold:
    """Return the fold with the records and notes of its cases."""
    vocabulary = training_vocabulary(recipe, sets.train)
    return replace(
        fold,
        train_beside=beside_images(recipe, sets.train, vocabulary, recipe.parts),
        validation_beside=beside_images(recipe, sets.validation, vocabulary, recipe.parts),
        vocabulary=vocabulary,
    )


def train_baselines(
    recipe: Recipe,
    recipe_folder: Path,
    sets: RecipeSets,
    fold: Fold,
    test: ImageArray,
    *,
    folder: Path,
    run: Path,
    report: StageReport,
) -> tuple[Baseline, ...]:
    """Train both baselines, write their predictions into the model folder and return their metrics on the test set.

    fold: with records; test: inputs of the test images (n, height, width, channels). Each is calibrated and given
    thresholds on the validation set, as the fusion is. One that a sum was made of is not trained again.
    """
    found = []
    for name in (IMAGE, RECORD):
        model, _, data = fit_part(name, recipe, recipe_folder, fold, run=run, report=report)
        beside = None
        if data.train_beside is not None:
            beside = beside_images(recipe, sets.test, data.vocabulary, data.train_beside.parts)
        validation, tested = _answers(model, recipe, sets, data, test=test, beside=beside)
        columns = range(len(tested.labels))
        thresholds = [youden_threshold(validation.probabilities[:, c], validation.targets[:, c]) for c in columns]
        write_predictions(folder / part_file("validation", name), validation)
        write_predictions(folder / part_file("test", name), tested)
        found.append(
            Baseline(name, part_file("test", name), measure(tested, thresholds, recipe.exclusive, recipe.ordered))
        )
    return tuple(found)


def fit_part(
    name: str, recipe: Recipe, recipe_folder: Path, fold: Fold, *, run: Path, report: StageReport
) -> tuple[keras.Model, TrainingState, Fold]:
    """Train IMAGE or RECORD alone, or go on from its checkpoint, and return it with what it was trained on."""
    assert fold.train_beside is not None
    assert fold.validation_beside is not None
    if name == IMAGE:
        recipe = recipe.model_copy(update={"fields": (), "note": None})
        data = replace(fold, train_beside=None, validation_beside=None, vocabulary=None)
        said = "the image"
    else:
        parts = tuple(part for part in recipe.parts if part != "image")
        data = replace(
            fold,
            train_beside=replace(fold.train_beside, parts=parts),
            validation_beside=replace(fold.validation_beside, parts=parts),
        )
        said = " and ".join(parts)
    report.say(f"{said.capitalize()} alone:")
    place = run / f"{name}-alone"
    place.mkdir(parents=True, exist_ok=True)
    model, progress = fit(recipe, data, place, recipe_folder, report)
    return model, progress, data


def _answers(
    model: keras.Model, recipe: Recipe, sets: RecipeSets, fold: Fold, *, test: ImageArray, beside: BesideImages | None
) -> tuple[Predictions, Predictions]:
    """Return the predictions of the validation and of the test set, both at the temperature of the former."""
    of_validation = logits_of(predict_probabilities(model, fold.validation, fold.validation_beside), recipe.exclusive)
    temperature = fit_temperature(of_validation, fold.validation_targets, recipe.exclusive)
    of_test = logits_of(predict_probabilities(model, test, beside), recipe.exclusive)
    return (
        _predictions(sets.validation, of_validation / temperature, recipe.exclusive),
        _predictions(sets.test, of_test / temperature, recipe.exclusive),
    )


def logits_of(p: NDArray[np.float32], exclusive: bool) -> NDArray[np.float64]:
    """Return logits that give these probabilities, clipped 1e-7 away from 0 and 1 as in Keras."""
    p64 = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.asarray(np.log(p64) if exclusive else logit(p64))


def _predictions(images: LabelledSet, logits: NDArray[np.float64], exclusive: bool) -> Predictions:
    p = softmax(logits, axis=1) if exclusive else expit(logits)
    groups = tuple(str(group) for group in images.groups)
    return Predictions(images.labels, tuple(images.ids), groups, images.targets(), logits.astype(np.float32), p)
