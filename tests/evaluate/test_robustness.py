from dataclasses import replace
from functools import partial

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.corruptions import CORRUPTIONS
from meddx.evaluate.robustness import (
    MEASUREMENTS,
    condition_logits,
    corrupted_input,
    measure_robustness,
    read_robustness,
    write_robustness,
)
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.preprocessing import model_input
from meddx.model.card import read_card
from tests.untrained import network, write_model

BRIGHTNESS = next(one for one in CORRUPTIONS if one.name == "brightness")


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    folder = write_model(tmp_path_factory.mktemp("models"), model=network(labels=2))
    return read_card(folder / "card.toml")


@pytest.fixture(scope="module")
def images(tmp_path_factory, card):
    """40 wide images, more than one chunk; those of the second label are brighter."""
    folder = tmp_path_factory.mktemp("images")
    names = tuple(label.name for label in card.labels)
    cases = []
    for number in range(40):
        pixels = np.full((16, 32), 40 + 40 * (number % 2) + number, np.uint8)
        path = folder / f"{number}.png"
        PIL.Image.fromarray(pixels).save(path)
        cases.append(LabelledCase(path.name, path, path.name, (names[number % 2],)))
    return LabelledSet(names, tuple(cases))


def by_mean(inputs):
    """Calls the second label for images brighter than 0.45 / 2: half of an input is padding."""
    mean = inputs.mean(axis=(1, 2, 3)) * 2
    return np.stack([np.zeros_like(mean), 20 * (mean - 0.314)], axis=1)


def answered(ask, card):
    return partial(map, partial(condition_logits, ask, card))


def test_a_model_that_goes_by_brightness_is_fooled_by_brightness_alone(card, images):
    done = []
    rows = measure_robustness(answered(by_mean, card), card, images, done.append)
    assert done == [32, 40]
    assert len(rows) == 1 + 5 * len(CORRUPTIONS)
    # By hand: levels 40..78 (even numbers) against 81..119; 0.314 is level 80.07.
    assert (rows[0].corruption, rows[0].accuracy, rows[0].auroc, rows[0].n) == ("none", 1.0, 1.0, 40)
    worst = {row.corruption: row.accuracy for row in rows if row.strength == 5}
    assert worst["brightness"] == 0.5
    # Wilson 1927 for 20 of 40 at z = 1.96: 0.5 plus or minus 0.1479.
    spoiled_row = next(row for row in rows if (row.corruption, row.strength) == ("brightness", 5))
    assert (spoiled_row.accuracy_low, spoiled_row.accuracy_high) == pytest.approx((0.352, 0.648), abs=0.01)
    assert worst["blur"] == worst["contrast"] == 1.0


def test_padding_stays_as_it_is_and_the_range_is_the_cards(card, images):
    spec = card.input.model_copy(update={"low": -1.0, "high": 3.0})
    image, placement = model_input(images.cases[0].image(), spec)
    bright = corrupted_input(image, placement, spec, corruption=BRIGHTNESS, amount=0.25, case_id="any")
    assert np.all(bright[:8] == -1)
    assert np.all(bright[24:] == -1)
    assert bright[8:24] - image[8:24] == pytest.approx(1.0, abs=1e-5)


def test_noise_depends_on_the_image_and_not_on_its_place_in_the_set(card, images):
    seen = []

    def ask(inputs):
        seen.append(inputs)
        return by_mean(inputs)

    measure_robustness(answered(ask, card), card, images.subset([3, 4]))
    straight, seen = seen, []
    measure_robustness(answered(ask, card), card, images.subset([4, 3]))
    assert all(np.array_equal(one, other[::-1]) for one, other in zip(straight, seen, strict=True))


def test_the_table_comes_back_as_it_was_written(tmp_path, card, images):
    rows = measure_robustness(answered(by_mean, card), card, images.subset(range(24)))
    write_robustness(tmp_path / "robustness.csv", rows)
    back = read_robustness(tmp_path / "robustness.csv")
    for row, found in zip(rows, back, strict=True):
        numbers = {name: getattr(row, name) for name in MEASUREMENTS}
        assert {name: getattr(found, name) for name in MEASUREMENTS} == pytest.approx(numbers, abs=5.1e-5, nan_ok=True)
        assert replace(found, **numbers) == row


def test_another_table_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("corruption,strength\nblur,1\n")
    with pytest.raises(Refused, match="meddx robustness"):
        read_robustness(tmp_path / "other.csv")
