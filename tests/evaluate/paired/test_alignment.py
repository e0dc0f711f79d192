"""Common cases, common labels, and what is refused."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.paired.alignment import align
from tests.evaluate.paired.systems import system

P = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]
T = [[1, 0], [0, 1], [1, 0]]
NORMAL, PNEUMONIA, VIRAL = ("SCT", "17621005"), ("SCT", "233604007"), ("SCT", "75570004")


def test_common_cases_in_the_first_order_and_how_many_were_lost():
    one = system("one", P, T, cases=["x", "y", "z"])
    p, truth = [P[2], P[1], [0.5, 0.5], [0.5, 0.5]], [T[2], T[1], [1, 0], [1, 0]]
    other = system("other", p, truth, cases=["z", "y", "w", "v"])
    found = align([one, other])
    assert found.systems[1].predictions.cases == ("y", "z")
    assert found.systems[1].predictions.probabilities.tolist() == [P[1], P[2]]
    assert (found.dropped, found.n_dropped) == ({"one": 1, "other": 2}, 3)


def test_truths_that_disagree_are_refused_with_their_number():
    wrong = [[0, 1], [0, 1], [0, 1]]
    with pytest.raises(Refused, match="2 of 3 common cases") as refused:
        align([system("one", P, T), system("other", P, wrong)])
    assert refused.value.rule == "truths-disagree"


@pytest.mark.parametrize(
    ("others", "rule"),
    [
        ([], "not-two-systems"),
        ([system("one", P, T)], "not-two-systems"),
        ([system("other", P, T, cases=["a", "b", "d"])], "no-common-case"),
        ([system("other", P, T, cases=["c0", "c0", "c1"])], "case-twice"),
        ([system("other", P, T, labels=["X", "Y"])], "no-common-label"),
    ],
)
def test_what_cannot_be_compared(others, rule):
    with pytest.raises(Refused) as refused:
        align([system("one", P, T), *others])
    assert refused.value.rule == rule


def test_labels_meet_by_code_whatever_their_names_and_order():
    one = system("one", P, T, labels=["normal", "pneumonia"], codes=[NORMAL, PNEUMONIA], exclusive=True)
    other = system(
        "other",
        np.array(P)[:, ::-1],
        np.array(T)[:, ::-1],
        labels=["PNA", "NAD"],
        codes=[PNEUMONIA, NORMAL],
        exclusive=True,
    )
    found = align([one, other])
    assert found.labels == ("normal", "pneumonia")
    assert found.systems[1].predictions.probabilities.tolist() == P
    assert found.exclusive


def test_same_name_with_another_code_is_another_label():
    one = system("one", P, T, labels=["normal", "pneumonia"], codes=[NORMAL, PNEUMONIA])
    other = system("other", P, T, labels=["normal", "pneumonia"], codes=[NORMAL, VIRAL])
    found = align([one, other])
    assert found.labels == ("normal",)
    assert found.unaligned == {"one": ("pneumonia",), "other": ("pneumonia",)}


def test_part_of_the_labels_is_no_longer_exclusive():
    one = system("one", P, T, exclusive=True)
    other = system("other", [[p] for p, _ in P], [[t] for t, _ in T], labels=["a"])
    found = align([one, other])
    assert (found.labels, found.exclusive) == (("A",), False)


def test_several_labels_add_up_where_the_user_says_so():
    three = [[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.5, 0.1, 0.4]]
    truth = [[1, 0, 0], [0, 0, 1], [1, 0, 0]]
    one = system("one", three, truth, labels=["normal", "bacterial", "viral"], exclusive=True)
    other = system("other", P, T, labels=["normal", "pneumonia"], exclusive=True)
    found = align([one, other], {"bacterial": "pneumonia", "viral": "pneumonia"})
    assert found.labels == ("normal", "pneumonia")
    assert found.systems[0].predictions.probabilities[:, 1] == pytest.approx([0.3, 0.9, 0.5])
    assert found.exclusive


def test_patients_are_taken_from_whoever_knows_them():
    one = system("one", P, T)
    other = system("other", P, T, groups=["p", "p", "q"])
    found = align([one, other])
    assert found.groups == ("p", "p", "q")
    assert found.systems[0].predictions.n_patients == 2
