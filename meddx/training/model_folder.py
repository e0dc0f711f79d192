"""Write a trained network as a model folder: calibrated on the validation set, measured once on the test set."""

import csv
import hashlib
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.calibration import fit_temperature
from meddx.evaluate.card_metrics import Measured, measure, measure_comparison, stated
from meddx.evaluate.operating_point import YOUDEN, conformal_quantile, youden_threshold
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recipe_sets import RecipeSets
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.architectures import EXPLAINED_LAYER
from meddx.model.card import Calibration, Card, ExplainedLayer, Label, Training, Weights
from meddx.model.loading import LoadedModel, load_model
from meddx.model.postprocessing import probabilities
from meddx.training.cached_inputs import in_chunks
from meddx.training.card_file import write_card
from meddx.training.progress_report import TrainingReport
from meddx.training.recipe import Recipe
from meddx.training.reference_features import write_features

WEIGHTS_FILE = "weights.keras"
VALIDATION_FILE = "predictions-validation.parquet"
TEST_FILE = "predictions-test.parquet"
CURVE_FILE = "curve.csv"
SCALE_PERCENTILE = 99


def write_model_folder(
    model: keras.Model, recipe: Recipe, sets: RecipeSets, folder: Path, *, recipe_name: str, report: TrainingReport
) -> list[Measured]:
    """Write a model to `folder` (whose name is its id) and return its metrics on the test set.

    Images go through the loader and the pixel pipeline that the app uses, so the recorded predictions are those of the
    app.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A model that was never compiled carries no optimizer.
    keras.Model(model.input, model.output, name=model.name).save(folder / WEIGHTS_FILE)
    card = draft_card(recipe, recipe_name, sets, _weights(folder / WEIGHTS_FILE, model))
    write_card(folder, card)
    loaded = load_model(folder)

    logits, strongest = _ask(loaded, sets.validation, "validation images", report)
    card = _calibrated(card, logits, sets.validation, strongest)
    validation = _predictions(card, sets.validation, logits)
    card = _with_operating_points(card, validation)
    write_predictions(folder / VALIDATION_FILE, validation)
    write_features(loaded, sets.train, sets.validation, recorded=validation, card=card, folder=folder, report=report)

    test = _predictions(card, sets.test, _ask(loaded, sets.test, "test images", report)[0])
    write_predictions(folder / TEST_FILE, test)
    measured = test_metrics(recipe, card, validation, test)
    on_validation = test_metrics(recipe, card, validation, validation)
    metrics = (*stated(measured, "test"), *stated(on_validation, "validation"))
    write_card(folder, card.model_copy(update={"metrics": metrics}))
    return measured


def write_curve(folder: Path, curve: list[dict[str, float]]) -> None:
    """Write the training curve as CSV, one row an epoch."""
    with (folder / CURVE_FILE).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(curve[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(curve)


def draft_card(recipe: Recipe, recipe_name: str, sets: RecipeSets, weights: Weights) -> Card:
    """Return a valid card before any image was predicted, with placeholders for what is computed later."""
    data = recipe.data
    untold = {"threshold": 0.5, "threshold_rule": YOUDEN, "threshold_set": "validation", "conformal_quantile": 1.0}
    return Card(
        id=recipe.id,
        version=recipe.version,
        title=recipe.title,
        summary=recipe.summary,
        architecture=recipe.fitting.architecture,
        task=recipe.task,
        ordered=recipe.ordered,
        synthetic=recipe.synthetic,
        labels=tuple(Label.model_validate(label.model_dump() | untold) for label in recipe.labels),
        input=recipe.input,
        accepts=recipe.accepts,
        explained=ExplainedLayer(layer=EXPLAINED_LAYER, heatmap_scale=1.0, scale_rule="not yet chosen"),
        calibration=Calibration(temperature=1.0, fitted_on="not yet fitted", coverage=recipe.coverage),
        training=Training(
            data=data.name,
            licence=data.licence,
            doi=data.doi,
            split_rule=data.split_rule,
            n_train=len(sets.train),
            n_validation=len(sets.validation),
            n_test=len(sets.test),
            config=f"configs/{recipe_name}",
            pretrained=recipe.pretrained_origin,
        ),
        metrics=(),
        use=recipe.use,
        weights=weights,
    )


def test_metrics(recipe: Recipe, card: Card, validation: Predictions, cases: Predictions) -> list[Measured]:
    """Return the metrics of `cases` for the card.

    The recipe's comparisons are measured at the threshold that `validation` gives.
    """
    thresholds = card.thresholds(cases.labels)
    measured = measure(cases, thresholds, recipe.exclusive, card.orders(cases.labels))
    for comparison in recipe.comparisons:
        measured += measure_comparison(comparison, validation, cases)
    return measured


def _ask(
    loaded: LoadedModel, images: LabelledSet, name: str, report: TrainingReport
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return logits (n, labels) and the strongest evidence anywhere in any label's heat map (n,)."""
    explain = GradCam(loaded.network)
    logits, strongest = [], []
    with report.stage(name, len(images)) as done:
        for chunk in in_chunks(images, loaded.card.input):
            of_chunk, maps = explain(chunk)
            logits.append(of_chunk)
            strongest.append(maps.max(axis=(1, 2, 3)))
            done(sum(map(len, logits)))
    return np.concatenate(logits), np.concatenate(strongest)


def _calibrated(card: Card, logits: NDArray[np.float32], images: LabelledSet, strongest: NDArray[np.float32]) -> Card:
    temperature = fit_temperature(logits, images.targets(), card.task == "exclusive")
    where = f"{len(images)} validation images"
    rule = f"{SCALE_PERCENTILE}th percentile over {where} of the strongest evidence in any label's Grad-CAM"
    scale = float(np.percentile(strongest, SCALE_PERCENTILE))
    return card.model_copy(
        update={
            "calibration": Calibration(
                temperature=temperature, fitted_on=f"{where}, cross-entropy", coverage=card.calibration.coverage
            ),
            "explained": ExplainedLayer(layer=card.explained.layer, heatmap_scale=scale, scale_rule=rule),
        }
    )


def _predictions(card: Card, images: LabelledSet, logits: NDArray[np.float32]) -> Predictions:
    groups = tuple(str(group) for group in images.groups)
    return Predictions(
        images.labels,
        tuple(images.ids),
        groups,
        images.targets(),
        logits,
        probabilities(logits, card),
        images.attributes(),
    )


def _with_operating_points(card: Card, validation: Predictions) -> Card:
    """Return the card with the threshold and the prediction-set quantile of every label."""
    labels = []
    for column, label in enumerate(card.labels):
        p, true = validation.probabilities[:, column], validation.targets[:, column]
        chosen = {
            "threshold": youden_threshold(p, true),
            "threshold_set": f"{len(validation)} validation images, {int(true.sum())} with the label",
            "conformal_quantile": conformal_quantile(p[true], card.calibration.coverage),
        }
        labels.append(label.model_copy(update=chosen))
    return card.model_copy(update={"labels": tuple(labels)})


def _weights(path: Path, model: keras.Model) -> Weights:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Weights(file=path.name, sha256=digest, keras=keras.__version__, parameters=model.count_params())
