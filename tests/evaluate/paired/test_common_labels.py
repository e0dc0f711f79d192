"""Labels that mean the same in several systems."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.paired.common_labels import card_labels, common_labels
from meddx.model.card import read_card
from tests.evaluate.paired.systems import system

P = [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]
TRUE = [[1, 0, 0], [0, 0, 1]]


def named(name, *labels, codes=None, **more):
    width = len(labels)
    p = [row[:width] for row in P]
    return system(name, p, [row[:width] for row in TRUE], labels=labels, codes=codes, **more)


def test_names_without_regard_to_case_are_the_same_label_and_the_rest_is_told():
    found = common_labels([named("one", "Normal", "Nodule"), named("two", "mass", "nodule", "NORMAL")], {})
    assert found.names == ("Normal", "Nodule")
    assert found.columns == (((0,), (1,)), ((2,), (1,)))
    assert found.unaligned == {"one": (), "two": ("mass",)}


def test_a_coded_concept_goes_before_the_name_unless_the_user_says_otherwise():
    first = named("one", "Nodule", "Mass", codes=[("SCT", "1"), ("SCT", "2")])
    second = named("two", "Mass", "Nodule", codes=[("SCT", "1"), ("SCT", "2")])
    assert common_labels([first, second], {}).columns[1] == ((0,), (1,))
    uncoded = named("two", "Mass", "Nodule")
    assert common_labels([first, uncoded], {}).columns[1] == ((1,), (0,))
    assert common_labels([first, second], {"Mass": "mass", "Nodule": "nodule"}).columns[1] == ((1,), (0,))


def test_several_labels_that_stand_for_one_add_up():
    fine, coarse = named("fine", "Normal", "Viral", "Bacterial", exclusive=True), named("coarse", "Normal", "Ill")
    found = common_labels([coarse, fine], {"viral": "ill", "bacterial": "ill"})
    assert found.columns[1] == ((0,), (1, 2))
    applied = found.applied(fine, found.columns[1])
    np.testing.assert_allclose(applied.predictions.probabilities, [[0.5, 0.5], [0.1, 0.9]])
    assert applied.predictions.targets.tolist() == [[True, False], [False, True]]
    np.testing.assert_allclose(applied.predictions.logits[1], [-np.log(9), np.log(9)], rtol=1e-6)
    assert applied.labels == ("Normal", "Ill")
    assert applied.exclusive


def test_nothing_in_common_is_refused_with_the_labels_of_both():
    with pytest.raises(Refused, match="one: A, B; two: C") as refused:
        common_labels([named("one", "A", "B"), named("two", "C")], {})
    assert refused.value.rule == "no-common-label"


def test_a_card_lends_its_names_and_codes(untrained_models):
    found = card_labels(read_card(untrained_models / "untrained" / "card.toml"))
    assert (found.id, found.labels) == ("untrained", ("NORMAL", "EFFUSION", "NODULE"))
    assert found.codes == (("SCT", "1"),) * 3
