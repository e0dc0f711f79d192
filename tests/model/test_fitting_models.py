"""The model that fits an image is proposed for what its file states and its pixels look like, with the reason."""

from pathlib import Path

import pytest

from meddx.model.fitting_models import StatedFacts, doubts, fitting_models, proposed
from meddx.model.registry import list_models
from meddx.model.shelf import place_of
from pages.ui.diagnose.model_proposal import MOST_ASKED

SHIPPED = list_models(Path(__file__).parents[2] / "models").cards
CHEST, BRAIN, SMALL = (
    SHIPPED[name] for name in ("chest-efficientnet", "brain-tumor-efficientnet", "pneumoniamnist-resnet")
)
MODELS = (SMALL, BRAIN, CHEST)
CHILD = StatedFacts("DICOM", modality="DX", body_part="CHEST", view="PA", age_years=6.0, sex="F")
HEAD = StatedFacts("DICOM", modality="MR", body_part="BRAIN")
PNG = StatedFacts("PNG")


def test_a_film_is_for_the_models_of_its_kind_larger_images_first():
    assert [one.card.id for one in fitting_models(MODELS, CHILD)] == [CHEST.id, SMALL.id]
    assert fitting_models(MODELS, CHILD)[0].stated == ("Modality", "BodyPartExamined", "ViewPosition", "PatientAge")


def test_the_chosen_model_stays_where_nothing_speaks_against_it():
    for chosen in (CHEST, SMALL):
        assert not doubts(chosen, fitting_models(MODELS, CHILD), {chosen.id: True})
        assert not doubts(chosen, fitting_models(MODELS, CHILD), {})


def test_another_is_proposed_where_the_header_refuses_the_chosen_one():
    assert doubts(CHEST, fitting_models(MODELS, HEAD), {})
    found = proposed(CHEST, fitting_models(MODELS, HEAD), {BRAIN.id: True})
    assert (found.card.id, found.stated, found.alike) == (BRAIN.id, ("Modality", "BodyPartExamined"), True)
    assert proposed(CHEST, fitting_models(MODELS, HEAD), {}).alike is None
    assert proposed(CHEST, fitting_models(MODELS, HEAD), {BRAIN.id: False}) is None


def test_of_a_file_that_states_nothing_only_pixels_propose():
    fitting = fitting_models(MODELS, PNG)
    assert [one.stated for one in fitting] == [(), (), ()]
    assert proposed(CHEST, fitting, {CHEST.id: False}) is None
    assert proposed(CHEST, fitting, {CHEST.id: False, BRAIN.id: None}) is None
    assert proposed(CHEST, fitting, {CHEST.id: False, BRAIN.id: True}).card.id == BRAIN.id


@pytest.mark.parametrize(
    "facts",
    [
        StatedFacts("DICOM", modality="CT", body_part="CHEST"),
        StatedFacts("DICOM", modality="DX", body_part="HAND"),
        StatedFacts("DICOM", modality="DX", body_part="CHEST", age_years=61.0),
    ],
)
def test_no_model_is_proposed_for_what_none_is_made_for(facts):
    assert proposed(CHEST, fitting_models(MODELS, facts), {}) is None


def test_a_file_that_states_nothing_is_held_against_each_kind_of_image_before_a_second_of_any():
    fitting = [one.card for one in fitting_models(SHIPPED.values(), PNG)]
    places = list(dict.fromkeys(map(place_of, fitting)))
    assert [place_of(card) for card in fitting[: len(places)]] == places
    assert len(places) <= MOST_ASKED


def test_of_a_colour_photograph_models_that_see_colour_come_first_and_grey_ones_are_doubted():
    skin = SHIPPED["ham10000-fusion"]
    photograph = StatedFacts("JPEG", colour=True)
    fitting = fitting_models(SHIPPED.values(), photograph)
    assert fitting[0].card.id == skin.id
    assert doubts(CHEST, fitting, {CHEST.id: None}, colour=True)
    assert not doubts(CHEST, fitting, {CHEST.id: None})
    assert not doubts(CHEST, fitting, {CHEST.id: True}, colour=True), "grey films may be kept in colour"
    assert not doubts(skin, fitting, {skin.id: None}, colour=True)


def test_a_model_of_phantoms_is_for_phantoms_alone():
    phantoms = SHIPPED["phantom-cnn"]
    assert phantoms.id not in {one.card.id for one in fitting_models([phantoms], CHILD)}
    drawn = StatedFacts("DICOM", modality="DX", body_part="CHEST", synthetic=True)
    assert [one.card.id for one in fitting_models([phantoms], drawn)] == [phantoms.id]
