"""Write a trained network as a model folder: calibrated on the validation set, measured once on the test set."""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import keras

from meddx.evaluate.card_metrics import Measured, measure, measure_comparison, stated
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.recipe_sets import RecipeSets
from meddx.install.calibration import (
    TEST_FILE,
    VALIDATION_FILE,
    WEIGHTS_FILE,
    ask_images,
    recorded,
    with_map_scale,
    with_prediction_sets,
    with_temperature,
    with_thresholds,
)
from meddx.install.card_file import write_card
from meddx.install.progress_report import StageReport
from meddx.install.reference_features import write_features
from meddx.model.architectures import EXPLAINED_LAYER
from meddx.model.card import Card, ExplainedLayer, Label, Training, Weights
from meddx.model.loading import load_model
from meddx.model.note_words import VOCABULARY_FILE, Vocabulary, write_vocabulary
from meddx.model.record_fields import NoteInput
from meddx.training.recipe import Recipe

CURVE_FILE = "curve.csv"


def write_model_folder(
    model: keras.Model,
    recipe: Recipe,
    sets: RecipeSets,
    folder: Path,
    *,
    recipe_name: str,
    report: StageReport,
    vocabulary: Vocabulary | None = None,
    warnings: Sequence[str] = (),
) -> list[Measured]:
    """Write a model to `folder` (whose name is its id) and return its metrics on the test set.

    Images go through the loader and the pixel pipeline that the app uses, so the recorded predictions are those of the
    app. vocabulary: of the note, where the network reads one. warnings: known failures that training found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A model that was never compiled carries no optimizer.
    keras.Model(model.input, model.output, name=model.name).save(folder / WEIGHTS_FILE)
    card = draft_card(recipe, recipe_name, sets, _weights(folder / WEIGHTS_FILE, model), warnings)
    if vocabulary is not None and recipe.note is not None:
        sha256 = write_vocabulary(folder, vocabulary)
        note = NoteInput(vocabulary=VOCABULARY_FILE, sha256=sha256, words=recipe.note.words)
        card = card.model_copy(update={"note": note})
    write_card(folder, card)
    loaded = load_model(folder)

    logits, strongest = ask_images(loaded, sets.validation, "validation images", report)
    cases = f"{len(sets.validation)} validation images"
    card = with_temperature(card, logits, sets.validation.targets(), cases, recipe.coverage)
    card = with_map_scale(card, strongest, cases)
    validation = recorded(card, sets.validation, logits)
    card = with_prediction_sets(with_thresholds(card, validation, cases), validation)
    write_predictions(folder / VALIDATION_FILE, validation)
    write_features(loaded, sets.train, sets.validation, recorded=validation, card=card, folder=folder, report=report)

    test = recorded(card, sets.test, ask_images(loaded, sets.test, "test images", report)[0])
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


def draft_card(
    recipe: Recipe, recipe_name: str, sets: RecipeSets, weights: Weights, warnings: Sequence[str] = ()
) -> Card:
    """Return a valid card before any image was predicted, without what is computed later and without the note."""
    data = recipe.data
    return Card(
        id=recipe.id,
        version=recipe.version,
        title=recipe.title,
        summary=recipe.summary,
        architecture=recipe.fitting.architecture,
        task=recipe.task,
        ordered=recipe.ordered,
        synthetic=recipe.synthetic,
        labels=tuple(Label.model_validate(label.model_dump()) for label in recipe.labels),
        input=recipe.input,
        accepts=recipe.accepts,
        explained=ExplainedLayer(layer=EXPLAINED_LAYER),
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
            image_side=data.image_side,
        ),
        metrics=(),
        use=recipe.use.model_copy(update={"known_failures": (*recipe.use.known_failures, *warnings)}),
        weights=weights,
        fields=recipe.fields,
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


def _weights(path: Path, model: keras.Model) -> Weights:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Weights(file=path.name, sha256=digest, keras=keras.__version__, parameters=model.count_params())
