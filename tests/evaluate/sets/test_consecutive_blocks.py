from pathlib import Path

import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.consecutive_blocks import ConsecutiveBlocks, cut_blocks
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet

RULE = ConsecutiveBlocks(kind="blocks", order=r"(\d+)\.jpg$", validation=0.2, test=0.3, gap=1, neighbours=4)


def images(**numbers):
    cases = [
        LabelledCase(f"{label}/{n}.jpg", Path(), "", (label,)) for label, of_label in numbers.items() for n in of_label
    ]
    return LabelledSet(tuple(numbers), tuple(cases))


def test_blocks_of_each_label_by_number_with_gaps_between():
    # Ten of each: 3 for test, 2 for validation, one left out at each border, 3 remain to learn from.
    parts = cut_blocks(images(a=[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], b=range(101, 111)), RULE)
    assert [part.ids for part in parts] == [
        ["a/1.jpg", "a/2.jpg", "a/3.jpg", "b/101.jpg", "b/102.jpg", "b/103.jpg"],
        ["a/5.jpg", "a/6.jpg", "b/105.jpg", "b/106.jpg"],
        ["a/8.jpg", "a/9.jpg", "a/10.jpg", "b/108.jpg", "b/109.jpg", "b/110.jpg"],
    ]


def test_neighbours_count_as_one_patient():
    _, _, test = cut_blocks(images(a=range(1, 11)), RULE)
    assert test.groups.tolist() == ["a 1", "a 2", "a 2"]  # places 7, 8 and 9 in runs of four


def test_numbers_are_compared_as_numbers_and_named_by_row():
    train, _, _ = cut_blocks(images(a=[100, 20, 3, 4, 5, 6, 7, 8, 9, 10]), RULE)
    assert train.ids == ["a/3.jpg", "a/4.jpg", "a/5.jpg"]
    with pytest.raises(Refused, match="Row 2 of the set: the pattern"):
        cut_blocks(images(a=[1, "x"]), RULE)
    both = LabelledSet(("a", "b"), (LabelledCase("1.jpg", Path(), "", ("a", "b")),))
    with pytest.raises(Refused, match="Row 1 of the set: contiguous"):
        cut_blocks(both, RULE)


def test_several_stretches_hold_every_part_of_the_series():
    # Twice the ten of above: a gap of one also between what is tested and what is learned from next.
    parts = cut_blocks(images(a=range(1, 21)), RULE.model_copy(update={"stretches": 2}))
    assert [[int(name[2:-4]) for name in part.ids] for part in parts] == [
        [1, 2, 3, 12, 13],
        [5, 6, 15, 16],
        [8, 9, 10, 18, 19, 20],
    ]
