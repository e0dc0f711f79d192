import csv
from pathlib import Path

import numpy as np
import pytest

from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.recipe_sets import RecipeSets
from meddx.model.card import Weights
from meddx.training import model_folder
from meddx.training.recipe import read_recipe
from tests.training.test_run_training import COMPARISON, RECIPE

LABELS = ("above", "below")


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny.toml"
    text = RECIPE.format(task="exclusive", architecture="small_cnn", options="{}", comparisons=COMPARISON)
    path.write_text(text)
    return read_recipe(path)


def images(count):
    return LabelledSet(LABELS, tuple(LabelledCase(str(row), Path(), str(row), LABELS[:1]) for row in range(count)))


def draft(recipe):
    weights = Weights(file="weights.keras", sha256="0" * 64, keras="3.0.0", parameters=5)
    return model_folder.draft_card(recipe, "tiny.toml", RecipeSets(images(5), images(3), images(2)), weights)


def test_a_draft_says_what_the_recipe_says_and_leaves_what_is_computed_open(recipe):
    card = draft(recipe)
    assert (card.id, card.version, card.architecture, card.task) == ("tiny", "0.1.0", "small_cnn", "exclusive")
    assert [label.name for label in card.labels] == ["above", "below"]
    assert (card.training.n_train, card.training.n_validation, card.training.n_test) == (5, 3, 2)
    assert card.training.config == "configs/tiny.toml"
    assert [label.threshold for label in card.labels] == [None, None]
    assert (card.metrics, card.calibration, card.explained.heatmap_scale) == ((), None, None)


def test_the_metrics_of_a_recipe_include_its_comparisons(recipe):
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9]])
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], bool)
    names = tuple("abcd")
    cases = Predictions(LABELS, names, names, truth, np.log(p).astype(np.float32), p, {})
    values = {(one.metric, one.label): one.estimate.value for one in model_folder.test_metrics(
        recipe, draft(recipe), cases, cases)}  # fmt: skip
    assert values["accuracy", None] == 0.75
    assert {label for _, label in values} == {None, "above", "below", "up"}
    assert values["auroc", "up"] == 1


def test_the_curve_has_one_row_an_epoch(tmp_path):
    model_folder.write_curve(tmp_path, [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    with (tmp_path / model_folder.CURVE_FILE).open(newline="") as file:
        assert list(csv.reader(file)) == [["epoch", "loss"], ["1", "0.5"], ["2", "0.25"]]
