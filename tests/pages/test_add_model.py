"""The guided page without a browser: what is asked of the reader, and what of the engine."""

from dataclasses import asdict, replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.install.tried_preprocessing import PreprocessingComparison, TriedPreprocessing
from meddx.model.importing.found_model import FoundHead, FoundModel
from pages.ui.common.language.language import drawn_in
from tests.pages.chinese import CHINESE, english_left, in_chinese
from tests.pages.test_evaluate_labelled_images import button, run, words
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "add_model.py")
FILE, IMAGES = "f" * 22, "i" * 22
FOUND = FoundModel(
    format="keras", keras="3.15.1", sha256="0" * 64, size=12345, parameters=3585, architecture=None, input=(64, 64),
    proposed_input=(64, 64), channels=1, scaling_inside=None, scalings=("0-1", "0-255"),
    heads=(FoundHead("dense", "one sigmoid", 1, "dense"),), explained_layer="conv",
)  # fmt: skip
SET = {"images": 9, "classes": {"clear": 4, "nodule": 5}, "no_image": 0, "missing": 0, "unlabelled": 0, "reading": "",
       "label_columns": ()}  # fmt: skip
COMPARED = PreprocessingComparison(
    9,
    (
        TriedPreprocessing("caffe", "pad", 0.94, 0.19, 0.94, reversed_channels=True),
        TriedPreprocessing("0-255", "pad", 0.93, 0.2, 0.93),
        TriedPreprocessing("0-1", "pad", 0.61, 0.7, 0.61),
    ),
    same_shape=True,
)


@pytest.fixture(autouse=True)
def _settings(untrained_models, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", str(tmp_path))


def opened(**address):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    for name, value in address.items():
        page.query_params[name] = value
    return run(page)


def ended(page, engine, result=None, **fields):
    """The page after the job started last has ended."""
    id, status = list(engine.statuses.items())[-1]
    engine.statuses[id] = replace(status, **{"state": "done", "result": result} | fields)
    return run(page)


def pressed(page, title):
    button(page, title).click()
    return run(page)


def found(engine, model=FOUND, **address):
    return ended(opened(file=FILE, **address), engine, asdict(model) | {"id": "my-cnn"})


def labelled(engine, model=FOUND, images=SET):
    """The page once file and images are known."""
    return ended(found(engine, model, images=IMAGES), engine, images)


def test_the_file_goes_to_the_engine_and_what_it_holds_is_said(engine):
    page = opened()
    page.file_uploader[0].set_value(("my cnn.keras", b"PK", "application/zip"))
    page = run(page)
    assert engine.uploads == [{"my cnn.keras": b"PK"}]
    assert engine.started == [("inspect_model", {"model_upload": "u" * 22})]
    said = words(ended(page, engine, asdict(FOUND) | {"id": "my-cnn"}))
    for fact in ("64 × 64 pixels, grey", "3,585 parameters", "one label, present or absent", "explain layer conv"):
        assert fact in said


def test_a_file_that_cannot_be_used_is_refused_in_the_engines_words_and_another_can_be_chosen(engine):
    page = ended(opened(file=FILE), engine, state="failed", message="Layer f is a Lambda.")
    assert "Layer f is a Lambda." in words(page)
    page = pressed(page, "Choose another file")
    assert "file" not in page.query_params
    assert page.file_uploader


def test_with_a_labelled_folder_nothing_is_typed_and_the_best_preparation_is_proposed(engine):
    page = labelled(engine)
    assert engine.started[-1][0] == "compare_preprocessing"
    page = ended(page, engine, asdict(COMPARED))
    page = pressed(page, "Add the model")
    kind, arguments = engine.started[-1]
    assert (kind, arguments["model_upload"], arguments["upload"]) == ("add_model", FILE, IMAGES)
    choices = arguments["choices"]
    assert choices["labels"] == ("clear", "nodule")
    assert (choices["scaling"], choices["resize"]) == ("0-255", "pad")
    assert choices["channel_order"] == "rgb"  # the usual one, where BGR is hardly better
    assert (choices["id"], choices["title"], choices["exclusive"]) == ("my-cnn", "My cnn", True)


def test_channels_are_reversed_where_that_is_clearly_better_or_the_reader_says_so(engine):
    clearly = replace(COMPARED, tried=(replace(COMPARED.tried[0], best_order_auroc=0.99), *COMPARED.tried[1:]))
    page = ended(labelled(engine), engine, asdict(clearly))
    assert "channels reversed (BGR)" in words(page)
    page = pressed(page, "Add the model")
    choices = engine.started[-1][1]["choices"]
    assert (choices["scaling"], choices["channel_order"]) == ("caffe", "bgr")


def test_which_class_a_high_number_means_can_be_said(engine):
    page = labelled(engine)
    page.radio[0].set_value("clear")
    page = run(page)
    assert engine.started[-1][1]["choices"]["labels"] == ("nodule", "clear")


def test_classes_named_otherwise_are_asked_for_one_by_one(engine):
    three = replace(FOUND, heads=(FoundHead("dense", "softmax", 3, "dense"),))
    page = labelled(engine, three)  # two classes for three outputs
    assert engine.started[-1][0] == "inspect_labelled_set"
    for place, name in enumerate(("clear", "benign", "malignant")):
        page.text_input[2 + place].set_value(name)
    page = run(page)
    assert [one.label for one in page.selectbox] == ["Class nodule stands for"]
    assert engine.started[-1][0] == "inspect_labelled_set"
    page.selectbox[0].set_value("malignant")
    page = run(page)
    kind, arguments = engine.started[-1]
    assert (kind, arguments["choices"]["classes"]) == ("compare_preprocessing", {"nodule": "malignant"})


def test_without_images_the_reader_must_say_how_they_are_prepared_and_learns_what_is_lost(engine):
    page = found(engine)
    page.segmented_control[0].set_value("No images")
    page = run(page)
    assert "raw scores" in words(page)
    page.text_input[2].set_value("no pneumonia")
    page.text_input[3].set_value("pneumonia")
    page = run(page)
    assert not [one for one in page.button if one.label == "Add the model"]
    page.selectbox[0].set_value("0-1")
    page.selectbox[1].set_value("stretch")
    page = pressed(run(page), "Add the model")
    kind, arguments = engine.started[-1]
    assert kind == "add_model"
    assert not {"upload", "folder_of_images"} & set(arguments)
    assert (arguments["choices"]["scaling"], arguments["choices"]["resize"]) == ("0-1", "stretch")


def test_an_open_input_size_several_outputs_and_logits_are_asked(engine):
    heads = (FoundHead("age", "logits", 4, "age"), FoundHead("disease", "logits", 2, "disease"))
    page = labelled(engine, replace(FOUND, input=None, proposed_input=(224, 224), heads=heads))
    page.radio[0].set_value("disease")
    page = run(page)
    page.radio[1].set_value(False)
    page.number_input[0].set_value(96)
    page = run(page)
    choices = engine.started[-1][1]["choices"]
    assert (choices["head"], choices["exclusive"], choices["input"]) == ("disease", False, (96, 224))


def test_a_model_that_was_not_added_says_why_and_the_reader_goes_back_to_the_answers(engine):
    page = pressed(ended(labelled(engine), engine, asdict(COMPARED)), "Add the model")
    page = ended(page, engine, state="failed", message="The id my-cnn is taken: installed already.")
    assert "installed already" in words(page)
    page = pressed(page, "Go back")
    assert page.text_input[1].value == "my-cnn"


def test_an_added_model_can_be_opened(engine):
    page = pressed(ended(labelled(engine), engine, asdict(COMPARED)), "Add the model")
    page = ended(page, engine, {"id": "untrained", "version": "1.0.0"})
    assert "Untrained exclusive is installed" in words(page)
    assert button(page, "Open in Diagnose")
    page = pressed(page, "Add another model")
    assert not page.query_params
    assert page.file_uploader


def test_in_chinese_no_sentence_is_english_at_any_step(engine):
    with drawn_in(CHINESE):  # what AppTest asks of a widget outside of the script
        page = in_chinese(opened())
        assert page.header[0].value == "1. 模型文件"
        assert english_left(page) == []
        page = in_chinese(found(engine))
        assert "64 × 64 像素" in words(page)
        assert english_left(page) == []
        page.segmented_control[0].set_value("No images")
        assert english_left(run(page)) == []
        page = in_chinese(labelled(engine))
        page = ended(page, engine, asdict(COMPARED))
        assert "通道反序（BGR）" in words(page)
        assert english_left(page) == []
        assert english_left(pressed(page, "添加此模型")) == []
