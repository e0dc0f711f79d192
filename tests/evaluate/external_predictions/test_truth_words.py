"""Words for there and not there."""

import pytest

from meddx.evaluate.external_predictions.truth_words import ABSENT, PRESENT, are_two_valued, present


@pytest.mark.parametrize(
    ("word", "said"),
    [("1", True), ("Yes", True), ("POS", True), ("oui", True),
     ("WAHR", True), ("Faux", False), ("VERDADERO", True), ("ЛОЖЬ", False), ("はい", True),
     ("0.0", False), ("Nein", False), ("-1", False),
     ("maybe", None), ("", None), ("2", None)],
)  # fmt: skip
def test_a_word_says_that_it_is_there_or_not_or_neither(word, said):
    assert present(word) is said


def test_no_word_says_both():
    assert not PRESENT & ABSENT
    assert all(word == word.casefold() for word in PRESENT | ABSENT)


@pytest.mark.parametrize(
    ("values", "two"),
    [({"1", "0"}, True), ({"True", "false"}, True), ({"1", "-1"}, True), ({"yes"}, True), ({"1", "0", "-1"}, False),
     ({"1", "2"}, False), (set(), False)],
)  # fmt: skip
def test_minus_one_beside_zero_makes_three_values(values, two):
    assert are_two_valued(values) is two
