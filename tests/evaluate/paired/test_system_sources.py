"""Which systems are worth comparing."""

from meddx.evaluate.paired.system_sources import overlapping_pairs
from tests.evaluate.paired.systems import system

P = [[0.9, 0.1], [0.2, 0.8]]
T = [[1, 0], [0, 1]]


def test_sets_that_number_their_cases_alike_are_told_apart_by_their_labels():
    blood = system("blood", P, T, labels=["basophil", "platelet"])
    eye = system("eye", P, T, labels=["none", "severe"])
    other = system("other", P, T, labels=["Severe", "None"])
    elsewhere = system("elsewhere", P, T, labels=["none", "severe"], cases=["x", "y"])
    assert overlapping_pairs([blood, eye, other, elsewhere]) == [("eye", "other")]
