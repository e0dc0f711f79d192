from dataclasses import replace

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.model.acceptance import check_accepted, patient_cautions
from meddx.model.registry import installed_card
from meddx.types import Image
from tests.untrained import write_model

IMAGE = Image(
    np.zeros((4, 4), np.float32),
    format="DICOM",
    bits_stored=12,
    value_range=(0.0, 4095.0),
    modality="DX",
    body_part="CHEST",
    view="PA",
)


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    """Takes CR and DX of the chest, any view."""
    return installed_card(write_model(tmp_path_factory.mktemp("models")))


def accepting(card, **changes):
    return card.model_copy(update={"accepts": card.accepts.model_copy(update=changes)})


def test_an_image_that_states_what_the_card_asks_for_is_taken_without_notes(card):
    assert check_accepted(card, IMAGE) == ()
    assert check_accepted(accepting(card, modality=("dx",), body_part=("Chest",)), IMAGE) == ()


@pytest.mark.parametrize(
    ("attribute", "rule", "keyword"),
    [
        ("modality", "modality-not-accepted", "Modality"),
        ("body_part", "body-part-not-accepted", "BodyPartExamined"),
        ("view", "view-not-accepted", "ViewPosition"),
    ],
)
@pytest.mark.parametrize("stated", ["CT", "QUARTZ ZEBEDEE", "quartz zebedee", "CHEST OF QUARTZ^ZEBEDEE"])
def test_an_image_that_states_another_is_refused_and_not_repeated(card, attribute, rule, keyword, stated):
    """A name in capitals is a code string like any other."""
    with pytest.raises(Refused, match=f"another {keyword} than") as refused:
        check_accepted(accepting(card, view=("PA",)), replace(IMAGE, **{attribute: stated}))
    assert refused.value.rule == rule
    assert stated.casefold() not in str(refused.value).casefold()
    assert "zebedee" not in str(refused.value).casefold()


def test_what_an_image_does_not_state_is_noted(card):
    (note,) = check_accepted(card, replace(IMAGE, body_part=None))
    assert "states no BodyPartExamined" in note


def test_an_unlabelled_image_is_answered_with_a_note_or_refused(card):
    image = replace(IMAGE, format="PNG", modality=None, body_part=None, view=None)
    (note,) = check_accepted(card, image)
    assert "PNG file states no Modality or BodyPartExamined" in note
    with pytest.raises(Refused) as refused:
        check_accepted(accepting(card, unlabelled_images=False), image)
    assert refused.value.rule == "unlabelled-image-not-accepted"


def test_a_phantom_is_called_synthetic(card):
    (note,) = check_accepted(card, replace(IMAGE, synthetic=True))
    assert "synthetic" in note


def test_a_model_of_phantoms_answers_phantoms_only(card):
    phantoms = card.model_copy(update={"synthetic": True})
    assert len(check_accepted(phantoms, replace(IMAGE, synthetic=True))) == 1
    with pytest.raises(Refused) as refused:
        check_accepted(phantoms, IMAGE)
    assert refused.value.rule == "synthetic-model"


@pytest.mark.parametrize("years", [18, 57.5, 110])
def test_an_age_that_the_model_is_not_made_for_is_a_caution_and_is_not_repeated(card, years):
    (caution,) = patient_cautions(accepting(card, age_years=(2, 17)), replace(IMAGE, age_years=years))
    assert "it is for patients of 2 to 17 years" in caution
    assert str(years) not in caution


@pytest.mark.parametrize("years", [2.0, 17.99, None])
def test_completed_years_count_and_an_unstated_age_is_no_caution(card, years):
    children = accepting(card, age_years=(2, 17))
    assert patient_cautions(children, replace(IMAGE, age_years=years)) == ()
    assert patient_cautions(card, replace(IMAGE, age_years=years)) == (), "a card that says nothing of age"


def test_another_sex_is_a_caution_and_what_is_not_stated_a_note(card):
    women = accepting(card, sex=("F",), age_years=(0, 17))
    (caution,) = patient_cautions(women, replace(IMAGE, sex="M"))
    assert "another sex than this model is made for (F)" in caution
    assert patient_cautions(women, replace(IMAGE, sex="F")) == ()
    (note,) = check_accepted(women, IMAGE)
    assert "states no PatientAge or PatientSex" in note
    assert check_accepted(women, replace(IMAGE, sex="M", age_years=99.0)) == ()
