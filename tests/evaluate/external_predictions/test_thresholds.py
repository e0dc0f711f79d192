"""Thresholds that a file or the user states, and where they come from."""

import pytest

from meddx.errors import Refused
from tests.evaluate.external_predictions.files import CASES, NAMES, P, lines, read_text, two_columns


def text(**columns):
    return lines(
        ("case", "label", "pneumonia", *columns),
        lambda i: (CASES[i], NAMES[i], P[i], *(value(i) if callable(value) else value for value in columns.values())),
    )


def test_without_one_it_is_a_half_and_said(tmp_path):
    found = read_text(tmp_path, text())
    assert found.thresholds == (0.5,)
    assert "0.5" in found.threshold_origin
    assert "states no threshold" in found.threshold_origin


@pytest.mark.parametrize(
    "name", ["threshold", "Threshold:pneumonia", "cutoff_pneumonia", "pneumonia_threshold", "Cut-off: pneumonia"]
)
def test_a_column_states_it(tmp_path, name):
    found = read_text(tmp_path, text(**{name: 0.31}))
    assert found.thresholds == (0.31,)
    assert "column of thresholds" in found.threshold_origin


def test_the_file_says_how_it_was_chosen(tmp_path):
    found = read_text(tmp_path, text(threshold=0.31, threshold_origin="Youden on 300 validation cases"))
    assert "Youden on 300 validation cases" in found.threshold_origin
    assert not found.predictions.attributes


def test_the_user_says_it_by_label_or_for_the_only_one(tmp_path):
    assert read_text(tmp_path, text(threshold=0.31), thresholds={"": 0.2}).thresholds == (0.2,)
    found = read_text(tmp_path, two_columns(), thresholds={"PNEUMONIA": 0.2})
    assert found.thresholds == (0.5, 0.2)
    assert "--threshold for pneumonia" in found.threshold_origin
    for wrong in ({"": 0.2}, {"effusion": 0.2}):
        with pytest.raises(Refused, match="one of normal, pneumonia"):
            read_text(tmp_path, two_columns(), thresholds=wrong)


@pytest.mark.parametrize("value", [lambda i: 0.3 + i / 1000, lambda i: "high", lambda i: ""])
def test_a_column_that_states_no_one_number_is_refused(tmp_path, value):
    with pytest.raises(Refused, match="'threshold' must hold one number"):
        read_text(tmp_path, text(threshold=value))


def test_a_column_that_does_not_say_of_which_of_several_labels_is_refused_and_one_of_none_is_said(tmp_path):
    header = ("case", "label", "normal", "pneumonia")

    def text_of(name):
        return lines((*header, name), lambda i: (CASES[i], NAMES[i], f"{1 - P[i]:.4f}", P[i], 0.3))

    with pytest.raises(Refused, match="rename it to threshold:LABEL"):
        read_text(tmp_path, text_of("threshold"))
    assert read_text(tmp_path, text_of("threshold"), thresholds={"pneumonia": 0.3}).thresholds == (0.5, 0.3)
    assert "threshold of no label" in read_text(tmp_path, text_of("threshold:effusion")).notes[0]
