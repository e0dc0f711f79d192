"""Every model folder in the repository: complete, small enough, and saying what its record says."""

import csv

import keras
import numpy as np
import pytest

from meddx.config import ROOT, data_dir
from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.card_metrics import as_estimate
from meddx.evaluate.predictions import read_predictions
from meddx.explain.methods.grad_cam import GradCam
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.card import read_card
from meddx.model.loading import load_model
from meddx.model.postprocessing import probabilities
from meddx.model.record_encoding import encode_record
from meddx.model.registry import list_models
from meddx.training.recipe import read_recipe
from studies import measure_cards

INSTALLED = list_models(ROOT / "models")
EVERY = pytest.mark.parametrize("model", INSTALLED.models, ids=lambda model: model.card.id)


def test_there_are_models_and_no_card_is_refused():
    assert INSTALLED.models
    assert INSTALLED.refused == {}


@EVERY
def test_the_weights_load_by_their_hash_and_fit_the_limit(model):
    network = load_model(model.folder).network
    if model.card.is_fused:  # what was loaded is the part of the image
        network = keras.saving.load_model(model.folder / model.card.weights.file)
    assert network.count_params() == model.card.weights.parameters
    assert (model.folder / model.card.weights.file).stat().st_size <= 20 * 2**20


@EVERY
@pytest.mark.parametrize("which", ["validation", "test"])
def test_recorded_probabilities_are_the_logits_at_the_temperature_of_the_card(model, which):
    recorded = read_predictions(model.folder / f"predictions-{which}.parquet")
    assert recorded.labels == tuple(label.name for label in model.card.labels)
    assert recorded.probabilities == pytest.approx(probabilities(recorded.logits, model.card), abs=1e-12)
    assert len(recorded) == getattr(model.card.training, f"n_{which}")


@EVERY
@pytest.mark.parametrize("which", ["validation", "test"])
def test_the_record_gives_the_numbers_of_the_card(model, which):
    # One method for one number: the card says what Evaluate shows of the recorded predictions, interval and all.
    recorded = read_predictions(model.folder / f"predictions-{which}.parquet")
    thresholds = [label.threshold for label in model.card.labels]
    found = assess(recorded, thresholds, model.card.task == "exclusive", ordered=model.card.orders(recorded.labels))
    stated = {(m.name, m.label): as_estimate(m) for m in model.card.metrics if m.set == which}
    for label, estimates in ((None, found.overall), *found.per_label.items()):
        for name in metric_registry.headline("overall" if label is None else "label"):
            if name in estimates:
                of_card, of_page = stated[name, label], estimates[name]
                assert (of_card.n, of_card.reliable, of_card.reason) == (of_page.n, of_page.reliable, of_page.reason)
                for end in ("value", "low", "high"):
                    assert getattr(of_card, end) == pytest.approx(getattr(of_page, end), abs=1e-6, nan_ok=True)


@EVERY
def test_every_number_of_every_card_is_what_its_records_give(model):
    versions = [model.folder, *(path.parent for path in model.folder.glob("versions/*/card.toml"))]
    for folder in versions:
        card = read_card(folder / "card.toml")
        assert card.metrics == measure_cards.measured(card, folder)


@EVERY
def test_training_and_test_share_no_case_and_the_curve_is_whole(model):
    validation, test = (read_predictions(model.folder / f"predictions-{w}.parquet") for w in ("validation", "test"))
    assert len(set(validation.cases)) == len(validation)
    assert len(set(test.cases)) == len(test)
    with (model.folder / "curve.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))


@EVERY
def test_calibrated_on_validation_or_the_card_says_how_badly(model):
    stated = {(m.name, m.set): m.value for m in model.card.metrics if m.label is None}
    error = stated["expected calibration error", "validation"]
    assert error <= 0.05 or f"calibration error of {error:.3f}" in " ".join(model.card.use.known_failures)


@EVERY
def test_the_recipe_in_the_repository_is_the_one_of_the_card(model):
    recipe = read_recipe(ROOT / model.card.training.config)
    card = model.card
    assert (recipe.id, recipe.version, recipe.title, recipe.task) == (card.id, card.version, card.title, card.task)
    assert (recipe.input, recipe.accepts, recipe.use) == (card.input, card.accepts, card.use)
    assert recipe.fitting.architecture == card.architecture
    assert recipe.synthetic == card.synthetic


@EVERY
def test_synthetic_models_say_so_in_their_title(model):
    assert model.card.synthetic == ("synthetic" in model.card.title.casefold())


@EVERY
def test_the_map_is_fine_enough_and_its_scale_is_within_reach(model):
    loaded = load_model(model.folder)
    spec = model.card.input
    image = read_image(phantom_dicom(chest_phantom(3, ["consolidation"])))
    _, maps = GradCam(loaded.network)(model_input(image, spec)[0][np.newaxis])
    # On the model of the tour, lesions of a tenth of the side are to be told apart from what lies beside them.
    assert min(maps.shape[2:]) >= (12 if model.card.id == "phantom-cnn" else 7)
    assert 0 < model.card.explained.heatmap_scale < 1000


@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="needs the public data sets (MEDDX_DATA)")
@EVERY
def test_a_direct_keras_call_on_the_public_images_gives_the_recorded_logits(model):
    if model.card.synthetic:
        pytest.skip("its images are made, not fetched")
    recipe_path = ROOT / model.card.training.config
    recipe = read_recipe(recipe_path)
    recorded = read_predictions(model.folder / "predictions-test.parquet")
    rows = np.linspace(0, len(recorded) - 1, 12).astype(int)
    cases = {case.id: case for case in recipe.sets(recipe_path.parent).test.cases}
    chosen = [cases[recorded.cases[row]] for row in rows]
    images = np.stack([model_input(case.image(), recipe.input)[0] for case in chosen])
    # Loaded by Keras alone: what comes out is the softmax at temperature 1.
    network = keras.saving.load_model(model.folder / model.card.weights.file)
    given = images
    if model.card.fields:
        records = np.stack([encode_record(model.card.fields, case.columns).values for case in chosen])
        given = {"image": images, "image_present": np.ones((len(images), 1), np.float32), "record": records}
    logits = recorded.logits[rows].astype(float)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.asarray(network(given, training=False)) == pytest.approx(softmax, abs=1e-5)


def pixels_under(cell, cells, low, high, length):
    """The pixels of the image under one cell of the map along one side; low, high: where the image lies in the
    input.
    """
    ends = ((np.array([cell, cell + 1]) / cells - low) / (high - low) * length).round().astype(int)
    return slice(*np.clip(ends, 0, length))


@pytest.mark.parametrize("lesion", ["consolidation", "effusion"])
def test_the_phantom_model_looks_where_the_lesion_was_drawn(lesion):
    # Pointing game (Zhang et al. 2018, IJCV 126:1084): lesions cover about a fiftieth of the image.
    loaded = load_model(ROOT / "models" / "phantom-cnn")
    column = [label.name for label in loaded.card.labels].index(lesion)
    phantoms = [chest_phantom(seed, [lesion]) for seed in range(9000, 9016)]
    prepared = [model_input(read_image(phantom_dicom(phantom)), loaded.card.input) for phantom in phantoms]
    _, maps = GradCam(loaded.network)(np.stack([image for image, _ in prepared]))
    hits = 0
    for phantom, (_, placement), heat in zip(phantoms, prepared, maps[:, column], strict=True):
        row, place = np.unravel_index(heat.argmax(), heat.shape)
        mask = phantom.masks[lesion]
        rows = pixels_under(row, heat.shape[0], placement.top, placement.bottom, mask.shape[0])
        columns = pixels_under(place, heat.shape[1], placement.left, placement.right, mask.shape[1])
        hits += mask[rows, columns].any()
    assert hits >= 13
