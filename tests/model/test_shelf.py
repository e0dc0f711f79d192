"""The shelf of the shipped models, and of others."""

from pathlib import Path

import pytest

from meddx.model.registry import list_models
from meddx.model.shelf import Place, image_side, is_teaching, place_of, shelf_order, shelves

SHIPPED = list_models(Path(__file__).parents[2] / "models").cards


def test_shipped_models_stand_by_body_part_and_small_ones_last():
    found = shelves(SHIPPED.values())
    titles = [shelf.place.title for shelf in found if shelf.place]
    assert titles == sorted(titles)
    assert {"Chest: X-ray", "Head: MRI"} <= set(titles)
    assert [shelf.teaching for shelf in found] == [False] * (len(found) - 1) + [True]
    assert {card.id for card in found[-1].cards} == {
        name for name in SHIPPED if "mnist" in name or SHIPPED[name].synthetic
    }
    assert sorted(card.id for card in shelf_order(SHIPPED.values())) == sorted(SHIPPED)


def test_models_of_larger_images_come_first():
    for shelf in shelves(SHIPPED.values())[:-1]:
        sides = [image_side(card) for card in shelf.cards]
        assert sides == sorted(sides, reverse=True)


def test_images_enlarged_to_the_input_count_as_what_they_were():
    card = SHIPPED["retinamnist-efficientnet"]
    assert card.input.height == 112
    assert (image_side(card), is_teaching(card)) == (28, True)
    unknown = card.model_copy(update={"training": None})
    assert (image_side(unknown), is_teaching(unknown)) == (112, False)


@pytest.mark.parametrize(
    ("modality", "body_part", "place", "title"),
    [
        (("DX", "CR"), ("THORAX",), Place("Chest", "X-ray"), "Chest: X-ray"),
        ((), ("LARGE TOE",), Place("Large toe", ""), "Large toe"),
        (("SM",), (), Place("", "microscopy"), "Microscopy"),
        ((), (), Place("", ""), "Any image"),
    ],
)
def test_a_place_is_told_in_words(modality, body_part, place, title):
    card = SHIPPED["chest-plain-cnn"]
    accepts = card.accepts.model_copy(update={"modality": modality, "body_part": body_part})
    found = place_of(card.model_copy(update={"accepts": accepts}))
    assert (found, found.title) == (place, title)
