import threading
import tracemalloc

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.batched_inference import BatchAnswers, batch_size, model_outputs
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.array_image import image_from_array
from meddx.model.card import read_card
from meddx.types import Refusal
from tests.patience import SECONDS

SIZE = 8
"""Images in a piece of 224 x 224 pixels."""


class Grey(LabelledCase):
    """An image of one tone, its number; every fifth cannot be read."""

    def image(self):
        if int(self.id) % 5 == 4:
            raise Refused("broken", "It is broken.")
        return image_from_array(np.full((40, 30), int(self.id), np.uint8))


@pytest.fixture(scope="module")
def card(untrained_models):
    card = read_card(untrained_models / "untrained" / "card.toml")
    return card.model_copy(update={"input": card.input.model_copy(update={"height": 224, "width": 224})})


def grey(count, tmp_path):
    cases = tuple(Grey(str(number), tmp_path / str(number), str(number), ("NORMAL",)) for number in range(count))
    return LabelledSet(("NORMAL", "EFFUSION", "NODULE"), cases)


class Brightest:
    """Logits are the brightest value and the number of images in the pass; the distance is ten times the former."""

    def __init__(self):
        self.sizes, self.cases = [], []

    def __call__(self, inputs, cases):
        self.sizes.append(len(inputs))
        self.cases += [case.id for case in cases]
        logits = np.array([(round(255 * float(one.max())), len(inputs)) for one in inputs], np.float32)
        return BatchAnswers(logits, 10.0 * logits[:, 0])


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("first", [0, 8, 16, 24, 30])
def test_every_image_is_answered_in_its_place_and_pieces_are_always_the_same(card, tmp_path, first, at_once):
    assert batch_size(card) == SIZE
    images, ask = grey(30, tmp_path), Brightest()
    pieces = list(model_outputs(ask, card, images, first, at_once=at_once))
    assert [len(piece) for piece in pieces] == [8, 8, 8, 6][first // 8 :] if first < 30 else pieces == []
    for number, answer in enumerate((answer for piece in pieces for answer in piece), start=first):
        if number % 5 == 4:
            assert answer == Refusal("broken", "It is broken.")
        else:
            piece = range(number // 8 * 8, min(30, number // 8 * 8 + 8))
            assert answer.logits.tolist() == [number, sum(other % 5 != 4 for other in piece)]
            assert answer.distance == 10 * number
    assert sorted(ask.cases) == sorted(images.cases[number].id for number in range(first, 30) if number % 5 != 4)


def test_batches_are_answered_side_by_side(card, tmp_path):
    both = threading.Barrier(2)

    def ask(inputs, cases):
        both.wait(SECONDS)  # raises where the other batch does not come meanwhile
        return Brightest()(inputs, cases)

    assert len(list(model_outputs(ask, card, grey(32, tmp_path), at_once=2))) == 4


def test_a_piece_of_which_nothing_can_be_read_asks_nothing(card, tmp_path):
    images = grey(30, tmp_path).subset([4, 9, 14])
    ask = Brightest()
    (piece,) = model_outputs(ask, card, images)
    assert [answer.rule for answer in piece] == ["broken"] * 3
    assert ask.sizes == []


def test_an_image_that_the_card_does_not_take_is_refused(card, tmp_path):
    strict = card.model_copy(update={"accepts": card.accepts.model_copy(update={"unlabelled_images": False})})
    (piece,) = model_outputs(Brightest(), strict, grey(1, tmp_path))
    assert piece[0].rule == "unlabelled-image-not-accepted"


def test_memory_does_not_grow_with_the_set(card, tmp_path):
    def peak(count):
        images = grey(count, tmp_path)
        tracemalloc.start()
        for _ in model_outputs(Brightest(), card, images):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # How many images are decoded ahead hangs on the scheduler; memory that grew with the set would be four times.
    assert peak(240) < 2 * peak(60)


def test_whoever_stops_listening_stops_the_decoding(card, tmp_path):
    before = threading.active_count()
    reading = model_outputs(Brightest(), card, grey(300, tmp_path))
    next(reading)
    reading.close()
    assert threading.active_count() == before
