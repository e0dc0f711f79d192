"""A whole training on images small enough for a test, its kill and what it leaves behind."""

import csv
import errno
import shutil
from contextlib import contextmanager

import keras
import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.ood_detector import read_ood_detector
from meddx.evaluate.predictions import read_predictions
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.install.ood_reference import build_ood_reference
from meddx.install.progress_report import SilentReport
from meddx.model.card import read_card
from meddx.model.loading import load_model
from meddx.training import run_training
from meddx.training.recipe import read_recipe
from meddx.training.run_training import train

RECIPE = """
id = "tiny"
version = "0.1.0"
title = "Tiny"
summary = "Bright above or below, for a test."
task = "{task}"
labels = [
  {{ name = "above", title = "Above", code = {{ scheme = "SCT", value = "1", meaning = "Above" }} }},
  {{ name = "below", title = "Below", code = {{ scheme = "SCT", value = "2", meaning = "Below" }} }},
]
input = {{ height = 16, width = 16, channels = 1, low = 0.0, high = 1.0, resize = "stretch" }}
accepts = {{ modality = ["CR"], body_part = [] }}
use = {{ intended = "a test", not_for = "anything else", known_failures = [] }}
{comparisons}

[fitting]
architecture = "{architecture}"
options = {options}
epochs = 4
batch = 8
learning_rate = 0.01
warmup_epochs = 1.0
seed = 5
augmentation = {{ shift = 0.05, rotation = 5.0, contrast = 0.1 }}

[data]
name = "drawn"
licence = "none"
split_rule = "by patient"
validation_fraction = 0.25

[data.train]
kind = "class_folders"
root = "train"
group = '(p\\d+)-'
classes = {{ above = ["above/*.png"], below = ["below/*.png"] }}

[data.test]
kind = "class_folders"
root = "test"
group = '(p\\d+)-'
classes = {{ above = ["above/*.png"], below = ["below/*.png"] }}
"""
COMPARISON = 'comparisons = [{ name = "up", positive = ["above"], negative = ["below"] }]'


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """48 images of 24 patients to learn from and 16 to test, half of them bright above."""
    folder = tmp_path_factory.mktemp("workshop")
    generator = np.random.default_rng(0)
    for split, patients in (("train", 24), ("test", 8)):
        for patient in range(patients):
            label = ("above", "below")[patient % 2]
            (folder / split / label).mkdir(parents=True, exist_ok=True)
            for image in range(2):
                pixels = generator.integers(0, 120, (16, 16))
                pixels[slice(0, 8) if label == "above" else slice(8, 16)] += 60
                PIL.Image.fromarray(pixels.astype(np.uint8)).save(folder / split / label / f"p{patient}-{image}.png")
    small = "{ filters = [4, 8], dropout = 0.3 }"
    texts = {
        "small.toml": {"task": "exclusive", "architecture": "small_cnn", "options": small, "comparisons": COMPARISON},
        "plain.toml": {
            "task": "multilabel",
            "architecture": "plain_cnn",
            "options": "{ filters = [2, 4], units = 8 }",
            "comparisons": "",
        },
    }
    for name, parts in texts.items():
        (folder / name).write_text(RECIPE.format(**parts), encoding="utf-8")
    return folder


class Killed(Exception):
    """Stands for the kill."""


class KillsInTheMiddleOfAnEpoch(SilentReport):
    """Raises once, at a step of the third epoch."""

    @contextmanager
    def stage(self, name, total):
        def done(steps):
            if name == "training" and steps == total // 2 + 2:
                raise Killed

        yield done


@pytest.fixture(scope="module")
def straight(workshop):
    return train(workshop / "small.toml", workshop / "models", workshop / "runs", SilentReport())


def test_a_killed_run_goes_on_to_the_same_model(workshop, straight):
    models, runs = workshop / "models-killed", workshop / "runs-killed"
    with pytest.raises(Killed):
        train(workshop / "small.toml", models, runs, KillsInTheMiddleOfAnEpoch())
    assert not models.exists()
    said = []

    class Listening(SilentReport):
        def say(self, line):
            said.append(line)

    resumed = train(workshop / "small.toml", models, runs, Listening())
    assert "Going on after epoch 2." in said
    for name in ("predictions-validation.parquet", "predictions-test.parquet", "curve.csv"):
        assert (resumed.folder / name).read_bytes() == (straight.folder / name).read_bytes()
    cards = [read_card(trained.folder / "card.toml").model_dump(exclude={"weights"}) for trained in (resumed, straight)]
    assert cards[0] == cards[1]


def test_the_folder_is_complete_and_learned_something(straight):
    card = read_card(straight.folder / "card.toml")
    assert sorted(path.name for path in straight.folder.iterdir()) == [
        "card.toml",
        "curve.csv",
        "features.parquet",
        "predictions-test.parquet",
        "predictions-validation.parquet",
        "reference_cases.parquet",
        "weights.keras",
    ]
    assert (card.training.n_train, card.training.n_validation, card.training.n_test) == (36, 12, 16)
    area = next(m for m in card.metrics if (m.name, m.set, m.label) == ("auroc", "test", "up"))
    assert area.value > 0.9
    assert "over 8 patients" in area.interval
    with (straight.folder / "curve.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    # Half a cosine down to a hundredth.
    assert float(rows[-1]["learning_rate"]) == pytest.approx(1e-4, rel=0.01)


def test_a_direct_keras_call_gives_the_recorded_logits(workshop, straight):
    card = read_card(straight.folder / "card.toml")
    recorded = read_predictions(straight.folder / "predictions-test.parquet")
    model = keras.saving.load_model(straight.folder / "weights.keras")
    assert getattr(model, "optimizer", None) is None
    images = np.stack(
        [model_input(read_image((workshop / "test" / case).read_bytes()), card.input)[0] for case in recorded.cases]
    )
    softmax = np.exp(recorded.logits) / np.exp(recorded.logits).sum(axis=1, keepdims=True)
    assert np.asarray(model(images, training=False)) == pytest.approx(softmax, abs=1e-5)


def test_the_reference_is_that_of_training_and_validation_images(workshop, straight):
    card = read_card(straight.folder / "card.toml")
    reference = read_ood_detector(straight.folder / "features.parquet", card.weights.sha256)
    sets = read_recipe(workshop / "small.toml").sets(workshop)
    rebuilt = build_ood_reference(load_model(straight.folder), sets.train, sets.validation, report=SilentReport())
    assert reference.threshold == pytest.approx(rebuilt.threshold, rel=1e-4)
    assert reference.means == pytest.approx(rebuilt.means, abs=1e-4)


def test_labels_that_do_not_exclude_each_other(workshop):
    trained = train(workshop / "plain.toml", workshop / "models-many", workshop / "runs-many", SilentReport())
    recorded = read_predictions(trained.folder / "predictions-test.parquet")
    card = read_card(trained.folder / "card.toml")
    expected = 1 / (1 + np.exp(-recorded.logits.astype(float) / card.calibration.temperature))
    assert recorded.probabilities == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("trained_before", [True, False])
def test_a_disk_that_fills_up_at_the_end_leaves_the_models_as_they_were(
    workshop, straight, tmp_path, monkeypatch, trained_before
):
    models = tmp_path / "models"
    if trained_before:
        shutil.copytree(straight.folder, models / straight.folder.name)
    before = {path: path.read_bytes() for path in models.rglob("*") if path.is_file()}

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_training, "write_curve", full)
    with pytest.raises(OSError, match="No space"):
        train(workshop / "small.toml", models, workshop / "runs", SilentReport())
    assert {path: path.read_bytes() for path in models.rglob("*") if path.is_file()} == before


def test_another_recipe_does_not_continue_this_run(workshop, straight):
    changed = workshop / "changed.toml"
    changed.write_text((workshop / "small.toml").read_text().replace("epochs = 4", "epochs = 5"))
    with pytest.raises(Refused, match="another recipe"):
        train(changed, workshop / "models", workshop / "runs", SilentReport())


def test_a_set_in_which_nothing_can_be_learned_is_refused(workshop):
    recipe = read_recipe(workshop / "small.toml")
    one_sided = recipe.data.test.model_copy(update={"classes": {"above": ("above/*.png",), "below": ("above/no*",)}})
    data = recipe.data.model_copy(update={"test": one_sided})
    with pytest.raises(Refused, match="below"):
        recipe.model_copy(update={"data": data}).sets(workshop)
