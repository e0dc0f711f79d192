"""What is asked of a person, and what the file and the set already say."""

from dataclasses import replace
from pathlib import Path

import pytest

from meddx.errors import Refused
from meddx.install.choices import AddChoices, model_id, open_questions, proposed_text, settle
from meddx.model.importing.found_model import FoundHead, FoundModel

FOUND = FoundModel(
    format="keras",
    keras="3.15.1",
    sha256="0" * 64,
    size=1,
    parameters=1,
    architecture="MobileNetV2",
    input=None,
    proposed_input=(224, 224),
    channels=3,
    scaling_inside=None,
    scalings=("-1-1", "0-1"),
    heads=(FoundHead("answer", "logits", 3, "dense"),),
    explained_layer="features",
)
CLASSES = ("cat", "dog", "emu")
SIGMOID = replace(FOUND, input=(64, 64), heads=(FoundHead("answer", "one sigmoid", 1, "dense"),))


def fields(found, choices, classes=()):
    return [question.field for question in open_questions(found, choices, classes)]


def test_everything_open_is_asked_in_order():
    assert fields(FOUND, AddChoices()) == ["exclusive", "labels", "input", "scaling", "resize"]


def test_a_labelled_set_answers_the_preprocessing_and_proposes_the_labels():
    questions = open_questions(FOUND, AddChoices(data=Path("set")), CLASSES)
    assert [question.field for question in questions] == ["exclusive", "labels", "input"]
    assert [proposed_text(question) for question in questions] == ["exclusive", "cat,dog,emu", "224x224"]


def test_columns_of_labels_are_proposed_in_the_order_of_the_table():
    independent = replace(FOUND, input=(64, 64), heads=(FoundHead("answer", "sigmoid", 3, "dense"),))
    said = AddChoices(data=Path("set"))
    [question] = open_questions(independent, said, (), ("nodule", "effusion", "mass"))
    assert proposed_text(question) == "nodule,effusion,mass"
    [question] = open_questions(independent, said, (), ("nodule", "effusion", "mass", "smoker"))
    assert question.proposal is None
    [_, question, _] = open_questions(FOUND, said, CLASSES, ("emu", "cat", "dog"))
    assert proposed_text(question) == "emu,cat,dog"


def test_several_outputs_are_asked_first_and_alone():
    two = replace(FOUND, heads=(FOUND.heads[0], FoundHead("other", "softmax", 2, "dense_1")))
    assert fields(two, AddChoices()) == ["head"]
    # An output without activation may be a regression; one with a softmax or a sigmoid is a classifier's for sure.
    assert open_questions(two, AddChoices(), ())[0].proposal == "other"
    with pytest.raises(Refused, match="answer, other"):
        open_questions(two, AddChoices(head="third"), ())


def test_nothing_is_asked_twice():
    said = AddChoices(exclusive=True, labels=CLASSES, input=(96, 96), scaling="0-1", resize="crop")
    assert fields(FOUND, said) == []
    model = settle(FOUND, said, ())
    assert (model.labels, model.exclusive, model.input) == (CLASSES, True, (96, 96))


def test_scaling_inside_is_no_question():
    inside = replace(FOUND, scaling_inside="layer 'rescaling'", scalings=("inside",))
    assert "scaling" not in fields(inside, AddChoices())


def test_a_class_of_the_set_that_is_no_label_is_asked_about():
    said = AddChoices(exclusive=True, labels=("felid", "dog", "emu"), input=(96, 96), data=Path("set"))
    [question] = open_questions(FOUND, said, CLASSES)
    assert question.option == "--map cat=LABEL"
    model = settle(FOUND, replace(said, classes={"cat": "felid"}), CLASSES)
    assert model.classes == {"cat": "felid", "dog": "dog", "emu": "emu"}


@pytest.mark.parametrize(
    ("classes", "given", "labels"),
    [
        ((), {}, ("no tumour", "tumour")),
        (("Tumour", "healthy"), {}, ("healthy", "tumour")),
        (("a", "tumour"), {"a": "tumour"}, ("no tumour", "tumour")),
    ],
)
def test_one_output_gives_absent_and_present(classes, given, labels):
    said = AddChoices(positive="tumour", classes=given, scaling="0-1", resize="pad")
    model = settle(SIGMOID, said, classes)
    assert model.labels == labels
    assert model.absent == {labels[0]}
    assert model.exclusive


def test_a_number_most_likely_stands_for_the_output_of_that_number():
    said = AddChoices(positive="tumour", scaling="0-1", resize="pad")
    [question] = open_questions(SIGMOID, said, ("0", "1"))
    assert (question.option, question.proposal) == ("--map 0=LABEL", "no tumour")
    [question] = open_questions(SIGMOID, replace(said, classes={"0": "no tumour"}), ("0", "1"))
    assert (question.option, question.proposal) == ("--map 1=LABEL", "tumour")
    [question] = open_questions(SIGMOID, said, ("tumour", "7"))
    assert question.proposal is None


def test_of_two_labels_the_normal_one_is_the_absence():
    softmax = replace(SIGMOID, heads=(FoundHead("answer", "softmax", 2, "dense"),))
    said = AddChoices(labels=("PNEUMONIA", "NORMAL"), scaling="0-1", resize="pad")
    assert settle(softmax, said, ()).absent == {"NORMAL"}
    neither = AddChoices(labels=("adenoma", "polyp"), scaling="0-1", resize="pad")
    assert settle(softmax, neither, ()).absent == frozenset()


@pytest.mark.parametrize(
    ("name", "id"),
    [("My Model (v2).keras", "my-model-v2"), ("mine.h5", "mine"), ("ß.keras", "ss"), ("__.keras", "model")],
)
def test_an_id_from_a_file_name(name, id):
    assert model_id(Path(name)) == id
