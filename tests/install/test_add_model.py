"""Adding a user's model: what is found out, calibrated, checked and written."""

import json

import keras
import numpy as np
import pytest

from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.evaluate.ood_detector import FEATURES_FILE
from meddx.evaluate.predictions import read_predictions
from meddx.install.add_model import add_model, compare_for
from meddx.install.choices import AddChoices
from meddx.install.import_report import read_report
from meddx.install.ood_reference import FEWEST_REFERENCE_IMAGES
from meddx.model.registry import list_models
from tests.install.own_model import images, network, saved, trained, write_set


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("set") / "own-set", *images(200, seed=5))


@pytest.fixture(scope="module")
def added(tmp_path_factory, labelled):
    folder = tmp_path_factory.mktemp("added")
    file = saved(folder / "given", trained())
    choices = AddChoices(data=labelled, labels=("clear", "spot"))
    return add_model(file, choices, folder / "models")


def test_a_file_and_a_labelled_folder_are_enough(added):
    card = added.card
    assert (card.id, card.version, card.task) == ("mine", "1.0.0", "exclusive")
    assert [label.name for label in card.labels] == ["clear", "spot"]
    assert (card.input.scaling, card.input.low, card.input.high) == ("0-1", 0.0, 1.0)
    assert card.calibration.fitted_on == "100 images of own-set, cross-entropy"
    assert card.has_thresholds
    assert card.has_prediction_sets
    assert card.explained.heatmap_scale > 0
    assert [label.absence for label in card.labels] == [True, False]
    assert card.training is None
    assert added.report.concerns == ()
    assert added.report.unknown == {}


def test_the_halves_share_no_patient_and_the_numbers_have_intervals_and_n(added):
    calibration = read_predictions(added.folder / "predictions-validation.parquet")
    test = read_predictions(added.folder / "predictions-test.parquet")
    assert (len(calibration), len(test)) == (100, 100)
    assert not set(calibration.groups) & set(test.groups)
    auroc = next(one for one in added.card.metrics if (one.name, one.set, one.label) == ("auroc", "test", None))
    assert auroc.value > 0.95
    assert auroc.n == 100


def test_the_added_model_answers_in_the_engine_with_maps_similar_cases_and_a_distance_from_its_images(added, labelled):
    service = Service(added.folder.parent)
    try:
        data = (labelled / "spot" / "001.png").read_bytes()
        answer = service.predict(data, "mine")
        assert answer.findings == ("spot",)
        assert answer.prediction_set == ("spot",)
        assert answer.ood is not None
        assert len(answer.similar_cases) == 10
        assert answer.heatmaps["spot"].max() > 0
        assert answer.is_calibrated
        for method in ("grad-cam-plus-plus", "eigen-cam", "integrated-gradients"):
            assert service.explain(data, "mine", method).maps["spot"].shape[0] > 1
    finally:
        service.close()


def test_the_report_is_kept_and_read_back(added):
    assert read_report(added.folder) == added.report
    names = {check.name for check in added.report.checks}
    assert {
        "file scan",
        "reproduction",
        "repeatability",
        "grad-cam",
        "cost",
        "outputs",
        "label order",
        "scaling",
    } <= names
    assert added.report.check("grad-cam").verdict == "passed"
    assert added.report.check("reproduction").values["difference"] <= 1e-5
    json.loads((added.folder / "import-report.json").read_text())


def test_nothing_is_left_beside_the_model(added):
    assert [path.name for path in added.folder.parent.iterdir()] == ["mine"]
    assert list_models(added.folder.parent).refused == {}


def test_without_data_it_answers_and_every_part_is_unknown(tmp_path):
    file = saved(tmp_path, trained(units=1, activation="sigmoid"))
    choices = AddChoices(id="bare", positive="pneumonia", scaling="0-1", resize="pad")
    added = add_model(file, choices, tmp_path / "models")
    assert [label.name for label in added.card.labels] == ["no pneumonia", "pneumonia"]
    assert [label.absence for label in added.card.labels] == [True, False]
    assert (added.card.calibration, added.card.metrics) == (None, ())
    assert not added.card.has_thresholds
    assert set(added.report.unknown) == {
        "temperature",
        "thresholds",
        "prediction sets",
        "heat-map scale",
        "out-of-distribution reference",
    }
    [(what, why)] = added.report.unknown_by_reason.items()
    assert what.startswith("temperature, thresholds, ")
    assert why.endswith("model recalibrate bare --data FOLDER")
    service = Service(tmp_path / "models")
    try:
        pixels, _ = images(2, seed=9)
        answer = service.predict(
            (write_set(tmp_path / "one", pixels, [0, 1]) / "spot" / "001.png").read_bytes(), "bare"
        )
        assert (answer.findings, answer.prediction_set, answer.heatmap_scale, answer.is_calibrated) == (
            (),
            None,
            None,
            False,
        )
        assert any("Not calibrated here" in note for note in answer.notes)
    finally:
        service.close()


def test_one_output_takes_the_other_class_of_the_set_as_absent(tmp_path, labelled):
    file = saved(tmp_path, trained(units=1, activation="sigmoid"))
    added = add_model(file, AddChoices(data=labelled, positive="spot"), tmp_path / "models")
    assert [label.name for label in added.card.labels] == ["clear", "spot"]
    assert added.report.check("label order").verdict == "passed"


def test_logits_need_the_task_and_a_temperature_is_fitted(tmp_path, labelled):
    file = saved(tmp_path, trained(activation=None))
    choices = AddChoices(data=labelled, labels=("clear", "spot"))
    with pytest.raises(Refused, match="--task exclusive or multilabel"):
        add_model(file, choices, tmp_path / "models")
    added = add_model(file, AddChoices(data=labelled, labels=("clear", "spot"), exclusive=True), tmp_path / "models")
    assert added.card.task == "exclusive"
    assert added.card.calibration.temperature > 0


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (AddChoices(), "--labels"),
        (AddChoices(labels=("a", "b")), "--scaling"),
        (AddChoices(labels=("a", "b"), scaling="0-1"), "--resize pad or stretch or crop"),
        (
            AddChoices(labels=("a", "b", "c"), scaling="0-1", resize="pad"),
            "2 numbers, one for each label, and 3 labels",
        ),
        (AddChoices(id="../up", labels=("a", "b"), scaling="0-1", resize="pad"), "no id of a model"),
    ],
)
def test_what_only_a_person_can_say_is_refused_with_its_option(tmp_path, choices, words):
    file = saved(tmp_path, network())
    with pytest.raises(Refused, match=words.replace("(", r"\(")):
        add_model(file, choices, tmp_path / "models")
    assert not (tmp_path / "models").exists() or not list((tmp_path / "models").iterdir())


def test_a_set_with_another_number_of_classes_is_said(tmp_path):
    pixels, _ = images(30, seed=2)
    data = write_set(tmp_path / "three", pixels, np.arange(30) % 3, ("a", "b", "c"))
    with pytest.raises(Refused, match="2 numbers, one for each label, and the labelled set has 3 classes"):
        add_model(saved(tmp_path, network()), AddChoices(data=data), tmp_path / "models")
    with pytest.raises(Refused, match="--map c=LABEL"):
        add_model(saved(tmp_path, network()), AddChoices(data=data, labels=("a", "b")), tmp_path / "models")


def test_nothing_is_overwritten_and_an_interrupted_addition_leaves_nothing(tmp_path, labelled):
    file = saved(tmp_path, trained())
    models = tmp_path / "models"
    taken = models / "mine"
    taken.mkdir(parents=True)
    (taken / "note.txt").write_text("mine")
    with pytest.raises(Refused, match="installed already"):
        add_model(file, AddChoices(data=labelled, labels=("clear", "spot")), models)
    assert (taken / "note.txt").read_text() == "mine"

    class Stopped(Exception):
        pass

    def stop(done, total, message=""):
        if message == "images to test on":
            raise Stopped

    with pytest.raises(Stopped):
        add_model(file, AddChoices(id="other", data=labelled, labels=("clear", "spot")), models, stop)
    assert [path.name for path in models.iterdir()] == ["mine"]


def test_too_few_cases_leave_that_part_unknown_and_say_why(tmp_path):
    data = write_set(tmp_path / "few", *images(36, seed=8))
    added = add_model(saved(tmp_path, trained()), AddChoices(data=data, labels=("clear", "spot")), tmp_path / "models")
    assert added.card.calibration is None
    assert "18 images are too few" in added.report.unknown["temperature"]
    assert "threshold of spot" in added.report.unknown
    assert "18 calibration images are too few" in added.report.unknown["out-of-distribution reference"]
    assert not (added.folder / FEATURES_FILE).exists()
    assert any(one.name == "auroc" and one.set == "test" for one in added.card.metrics)


def test_the_fewest_images_of_each_half_are_enough_for_an_out_of_distribution_reference(tmp_path):
    data = write_set(tmp_path / "few", *images(4 * FEWEST_REFERENCE_IMAGES, seed=8))
    added = add_model(saved(tmp_path, trained()), AddChoices(data=data, labels=("clear", "spot")), tmp_path / "models")
    assert "out-of-distribution reference" not in added.report.unknown
    assert (added.folder / FEATURES_FILE).exists()


def test_the_comparison_is_shown_before_anything_is_written(tmp_path, labelled):
    file = saved(tmp_path, trained())
    compared = compare_for(file, AddChoices(data=labelled, labels=("clear", "spot")))
    assert compared.best.scaling == "0-1"
    assert {one.scaling for one in compared.tried} == {"0-1", "0-255", "-1-1", "standardize"}
    assert compared.same_shape
    assert not (tmp_path / "models").exists()


def test_a_network_with_an_open_size_takes_the_one_that_is_said(tmp_path):
    image = keras.Input((None, None, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu")(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    file = saved(tmp_path, keras.Model(image, keras.layers.Dense(2, activation="softmax")(x)))
    choices = AddChoices(labels=("a", "b"), scaling="0-1", resize="crop")
    with pytest.raises(Refused, match=r"--size \d+x\d+"):
        add_model(file, choices, tmp_path / "models")
    said = AddChoices(labels=("a", "b"), scaling="0-1", resize="crop", input=(40, 48))
    card = add_model(file, said, tmp_path / "models").card
    assert (card.input.height, card.input.width, card.input.resize) == (40, 48, "crop")


def test_labels_that_occur_together_from_a_table_as_people_have_them(tmp_path):
    """Two sigmoid outputs; a column for each label, images without extension, several of each patient."""
    pixels, classes = images(160, seed=12)
    folder = write_set(tmp_path / "set", pixels, np.zeros(160, int), ("images",))
    rows = [f"{row:03d},{int(one)},{row % 3 == 0:d},P{row // 2}" for row, one in enumerate(classes)]
    (folder / "labels.csv").write_text("Image_ID,Spot,Other,Subject\n" + "\n".join(rows) + "\n")
    file = saved(tmp_path, network(activation="sigmoid"))
    added = add_model(file, AddChoices(data=folder, labels=("spot", "other")), tmp_path / "models")
    assert added.card.task == "multilabel"
    assert added.card.has_thresholds
    assert added.card.calibration.fitted_on == "80 images of 40 patients of set, cross-entropy"
    assert "Read: images from column 'Image_ID', labels from the columns Spot, Other" in " ".join(added.report.notes)
    test = read_predictions(added.folder / "predictions-test.parquet")
    assert test.targets.sum() > 0
    assert any((row == [True, True]).all() for row in test.targets)


def test_an_image_with_two_labels_is_refused_for_exclusive_labels(tmp_path):
    pixels, _ = images(4, seed=12)
    folder = write_set(tmp_path / "set", pixels, [0] * 4, ("images",))
    (folder / "labels.csv").write_text("image,clear,spot\n000,1,0\n001,1,1\n002,0,1\n003,0,1\n")
    with pytest.raises(Refused, match="Row 2 of the set has 2 labels"):
        add_model(saved(tmp_path, network()), AddChoices(data=folder, labels=("clear", "spot")), tmp_path / "models")
