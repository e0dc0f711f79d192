"""Classes of a set matched to the labels of a model."""

import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.class_names import label_of_class

LABELS = ("NORMAL", "PNEUMONIA")


def test_a_class_of_a_labels_name_is_that_label_without_regard_to_case():
    assert label_of_class(" Pneumonia ", LABELS, {}) == "PNEUMONIA"


def test_what_the_user_names_goes_before_the_name_and_several_may_mean_one():
    names = {"Bacteria": "pneumonia", "virus": "PNEUMONIA", "normal": "PNEUMONIA"}
    assert [label_of_class(one, LABELS, names) for one in ("bacteria", "VIRUS", "Normal")] == ["PNEUMONIA"] * 3


@pytest.mark.parametrize(
    ("name", "names", "said"),
    [
        ("nodule", {}, "'nodule'.*NORMAL, PNEUMONIA; name the label"),
        ("normal", {"normal": "healthy"}, "'normal' is mapped to 'healthy', .*NORMAL, PNEUMONIA"),
    ],
)
def test_a_class_that_stands_for_no_label_is_refused_with_those_there_are(name, names, said):
    with pytest.raises(Refused, match=said) as refused:
        label_of_class(name, LABELS, names)
    assert refused.value.rule == "unknown-label"
