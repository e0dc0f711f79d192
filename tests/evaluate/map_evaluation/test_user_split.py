"""Own images, shared out to choose by and to report on."""

import pytest

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.user_split import split_user_set
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox


def images(tmp_path, patients, marked=()):
    cases = [
        LabelledCase(str(row), tmp_path, patient, ("tumour",), boxes=(LesionBox(0, 0, 1, 1),) if row in marked else ())
        for row, patient in enumerate(patients)
    ]
    return LabelledSet(("tumour",), tuple(cases))


def test_no_patient_is_in_both_halves_and_none_is_lost(tmp_path):
    sets = split_user_set(images(tmp_path, "aabbccddee"), seed=0)
    first, second = (set(one.groups) for one in (sets.validation, sets.test))
    assert not first & second
    assert first | second == set("abcde")
    assert len(sets.validation) + len(sets.test) == 10
    assert not len(sets.train)


def test_where_some_images_are_marked_the_others_are_left_out(tmp_path):
    sets = split_user_set(images(tmp_path, "abcd", marked={1, 3}), seed=0)
    assert {*sets.validation.groups, *sets.test.groups} == {"b", "d"}


def test_images_of_one_patient_are_refused(tmp_path):
    with pytest.raises(Refused, match="Fewer than two patients have marked images"):
        split_user_set(images(tmp_path, "aab", marked={0, 1}), seed=0)
