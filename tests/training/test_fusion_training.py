"""A whole training on images with a record and a note, small enough for a test, and what it leaves behind."""

import csv
from functools import partial

import keras
import numpy as np
import PIL.Image
import pytest
from scipy.special import expit

from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.evaluate.batched_inference import model_outputs
from meddx.evaluate.case_records import note_inputs, record_inputs
from meddx.evaluate.label_grouping import group_labels
from meddx.evaluate.logits_and_distances import LogitsAndDistances
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.parts_alone import IMAGE, RECORD, part_file, parts_alone
from meddx.evaluate.paired.system_sources import recorded_system
from meddx.evaluate.predict_set import predict_set
from meddx.evaluate.predictions import read_predictions
from meddx.evaluate.sets.manifest import read_manifest
from meddx.imaging.preprocessing import model_input
from meddx.install.progress_report import SilentReport
from meddx.model.card import read_card
from meddx.model.loading import load_model
from meddx.model.registry import InstalledModel
from meddx.training.cross_validation import cross_validate
from meddx.training.recipe import read_recipe
from meddx.training.run_training import train
from meddx.training.summed_parts import weight_of

RECIPE = """
id = "fused"
version = "0.1.0"
title = "Fused"
summary = "Bright above or below, and a record, for a test."
task = "exclusive"
labels = [
  { name = "well", title = "Well", code = { scheme = "SCT", value = "1", meaning = "Well" } },
  { name = "ill", title = "Ill", code = { scheme = "SCT", value = "2", meaning = "Ill" } },
]
input = { height = 16, width = 16, channels = 1, low = 0.0, high = 1.0, resize = "stretch" }
accepts = { modality = [], body_part = [] }
use = { intended = "a test", not_for = "anything else", known_failures = [] }
fields = [
  { kind = "number", name = "age", title = "Age", unit = "years", low = 0, high = 120 },
  { kind = "yes/no", name = "treated", title = "Treated" },
]
note = { words = 6, fewest_patients = 3 }

[fitting]
architecture = "small_cnn"
options = { filters = [4, 8], dropout = 0.1 }
epochs = 8
batch = 16
learning_rate = 0.02
seed = 5

[data]
name = "drawn"
licence = "none"
split_rule = "by patient"
[data.train]
kind = "manifest"
file = "set.csv"
label_column = "label"
group_column = "patient"
where = { part = "a" }

[data.validation]
kind = "manifest"
file = "set.csv"
label_column = "label"
group_column = "patient"
where = { part = "b" }

[data.test]
kind = "manifest"
file = "set.csv"
label_column = "label"
group_column = "patient"
where = { part = "c" }

"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """120 images; the note says what the label is in three of four, "treated" gives it away."""
    folder, random = tmp_path_factory.mktemp("workshop"), np.random.default_rng(0)
    rows = []
    for number in range(120):
        ill = bool(random.random() < 0.5)
        pixels = random.integers(0, 120, (16, 16))
        pixels[slice(0, 8) if ill else slice(8, 16)] += 60
        PIL.Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
        age = "" if number % 7 == 0 else str(int(random.integers(20, 90)))
        note = f"name{number} has {'fever' if ill else 'nothing'}" if number % 4 else ""
        part = "aaabc"[number // 2 % 5]
        rows.append(
            [f"{number}.png", f"p{number // 2}", part, "ill" if ill else "well", age, "yes" if ill else "no", note]
        )
    with (folder / "set.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "patient", "part", "label", "age", "treated", "note"], *rows])
    (folder / "recipe.toml").write_text(RECIPE)
    return folder


class Heard(SilentReport):
    """Keeps what is said."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


@pytest.fixture(scope="module")
def heard():
    return Heard()


@pytest.fixture(scope="module")
def trained(workshop, heard):
    return train(workshop / "recipe.toml", workshop / "models", workshop / "runs", heard)


def test_the_folder_holds_fields_and_a_vocabulary_without_names(trained):
    card = read_card(trained.folder / "card.toml")
    assert [field.name for field in card.fields] == ["age", "treated"]
    words = (trained.folder / card.note.vocabulary).read_text().split()
    assert sorted(words) == ["fever", "has", "nothing"]
    assert load_model(trained.folder).fused.vocabulary.words == tuple(words)


def test_a_field_that_gives_the_label_away_is_warned_of_and_the_card_keeps_it(trained, heard):
    assert len(trained.warnings) == 1
    assert "field treated alone" in trained.warnings[0]
    assert f"WARNING: {trained.warnings[0]}" in heard.said
    assert trained.warnings[0] in read_card(trained.folder / "card.toml").use.known_failures


def test_recorded_predictions_are_what_the_engine_and_an_evaluation_answer(trained, workshop):
    recorded = read_predictions(trained.folder / "predictions-test.parquet")
    images = read_manifest(
        workshop / "set.csv", ("well", "ill"), label_column="label", group_column="patient", where={"part": "c"}
    )
    loaded = load_model(trained.folder)
    outputs = partial(model_outputs, LogitsAndDistances(loaded, None), loaded.card)
    measured = predict_set(outputs, group_labels(loaded.card, {}), images).predictions
    np.testing.assert_allclose(measured.logits, recorded.logits, atol=1e-4)
    service = Service(workshop / "models")
    try:
        for row in (0, 3, 7):
            case = images.cases[row]
            record = {name: case.columns[name] for name in ("age", "treated")}
            answer = service.predict(case.path.read_bytes(), "fused", record=record, note=case.columns["note"])
            assert list(answer.logits.values()) == pytest.approx(recorded.logits[row].tolist(), abs=1e-4)
    finally:
        service.close()


def test_the_parts_alone_are_measured_on_the_same_cases(trained):
    recorded = read_predictions(trained.folder / "predictions-test.parquet")
    assert [one.name for one in trained.baselines] == ["image", "record"]
    for part in (IMAGE, RECORD):
        alone = read_predictions(trained.folder / part_file("test", part))
        assert alone.cases == recorded.cases
        assert not np.allclose(alone.logits, recorded.logits, atol=1e-3)
    auroc = {m.metric: m.estimate.value for m in trained.baselines[1].measured if m.label is None}["auroc"]
    assert auroc > 0.95, "the record gives the label away"


def test_the_parts_alone_stand_beside_the_model_with_thresholds_of_validation_cases(trained):
    model = InstalledModel(trained.folder, read_card(trained.folder / "card.toml"))
    aligned = align([recorded_system(model), *parts_alone(model)])
    assert [system.id for system in aligned.systems] == ["fused", "fused: image alone", "fused: record and note alone"]
    assert (aligned.n_dropped, aligned.labels) == (0, ("well", "ill"))
    assert aligned.systems[2].has_thresholds
    assert (aligned.systems[2].calls == aligned.systems[2].predictions.targets).mean() > 0.9


def test_going_on_after_the_last_epoch_gives_the_same_answers(trained, workshop):
    before = read_predictions(trained.folder / "predictions-test.parquet")
    again = train(workshop / "recipe.toml", workshop / "again", workshop / "runs", SilentReport())
    after = read_predictions(again.folder / "predictions-test.parquet")
    np.testing.assert_allclose(after.logits, before.logits, atol=1e-6)


@pytest.mark.parametrize("column", ["age", "note"])
def test_a_set_without_a_column_of_the_recipe_is_refused(workshop, column):
    text = (workshop / "set.csv").read_text()
    (workshop / "short.csv").write_text(text.replace(f",{column}", ",other", 1))
    (workshop / "short.toml").write_text(RECIPE.replace("set.csv", "short.csv").replace('"fused"', '"short"'))
    with pytest.raises(Refused, match=f"no column {column}"):
        train(workshop / "short.toml", workshop / "models", workshop / "runs", SilentReport())


def test_notes_of_nobody_known_make_no_vocabulary(workshop):
    """Each row would be a patient of its own, and the name of one with several films would count as shared."""
    (workshop / "nobody.toml").write_text(RECIPE.replace('group_column = "patient"\n', "", 1))
    with pytest.raises(Refused, match="group_column"):
        read_recipe(workshop / "nobody.toml")


def test_folds_of_a_fusion_and_evidence_training_are_refused(workshop):
    with pytest.raises(Refused, match="without --folds"):
        cross_validate(workshop / "recipe.toml", 3, workshop / "runs", SilentReport())
    other = workshop / "other.toml"
    other.write_text(RECIPE.replace("seed = 5", "seed = 5\nevidence_sparsity = 0.1"))
    with pytest.raises(Refused, match="leave fields out"):
        read_recipe(other)


@pytest.fixture(scope="module")
def summed(workshop):
    recipe = workshop / "summed.toml"
    recipe.write_text(
        RECIPE.replace('id = "fused"', 'id = "summed"').replace("[data]", '[fitting.fusion]\njoin = "sum"\n\n[data]', 1)
    )
    return train(recipe, workshop / "models", workshop / "runs", SilentReport())


def images_of(workshop):
    return read_manifest(
        workshop / "set.csv", ("well", "ill"), label_column="label", group_column="patient", where={"part": "c"}
    )


def test_a_sum_without_record_and_note_is_the_image_alone_and_its_terms_add_up(summed, workshop):
    fused = load_model(summed.folder).fused
    images = images_of(workshop)
    spec = fused.card.input
    pixels = np.stack([model_input(case.image(), spec)[0] for case in images.cases])
    note = note_inputs(fused.vocabulary, fused.card.note.words, images.cases)
    given, absent = fused.vectors(record_inputs(fused.card.fields, images.cases), note), fused.absent()
    pooled = keras.Model(fused.by_context.inputs[0], fused.by_context.get_layer(fused.pooled_layer).output)(pixels)

    def logits(image, record, note):
        n = len(images.cases)
        parts = [pooled if image else np.zeros_like(pooled)]
        for name, there in (("record", record), ("note", note)):
            parts.append(given[name] if there else np.repeat(absent[name], n, axis=0))
        return fused.logits(parts)

    alone = read_predictions(summed.folder / part_file("test", IMAGE))
    of_parts, of_alone = (one[:, 1] - one[:, 0] for one in (logits(True, False, False), alone.logits))
    temperature = np.polyfit(of_alone, of_parts, 1)[0]  # the image alone was calibrated, the parts are not
    np.testing.assert_allclose(of_parts, temperature * of_alone, atol=0.02)
    everything, nothing = logits(True, True, True), logits(False, False, False)
    terms = [logits(*(place == part for place in range(3))) - nothing for part in range(3)]
    np.testing.assert_allclose(nothing + sum(terms), everything, atol=1e-4)
    assert np.abs(terms[1]).max() > 0.1
    assert np.abs(terms[2]).max() > 0.1


def test_a_sum_is_measured_beside_the_parts_it_is_made_of(summed):
    of = {one.name: {m.metric: m.estimate.value for m in one.measured if m.label is None} for one in summed.baselines}
    fused = {m.metric: m.estimate.value for m in summed.measured if m.label is None}
    assert set(of) == {IMAGE, RECORD}
    assert fused["auroc"] > max(part["auroc"] for part in of.values()) - 0.05


def test_the_weight_of_what_is_beside_the_image_is_what_the_truth_gives_it():
    random = np.random.default_rng(3)
    image, record = random.normal(0, 2, (2, 40_000))
    targets = random.random(40_000) < expit(image + 0.6 * record)
    pairs = [np.stack([np.zeros_like(one), one], axis=1) for one in (image, record)]
    found = weight_of(pairs[0], pairs[1], np.stack([~targets, targets], axis=1), exclusive=True)
    assert found == pytest.approx(0.6, abs=0.03)
