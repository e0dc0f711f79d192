"""Fields as network inputs, and what counts as missing."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from meddx.errors import Refused
from meddx.model.record_encoding import check_names, encode_record, missing_record, slices
from meddx.model.record_fields import CategoryField, NumberField
from tests.fused import AGE, FIELDS, SEX, SMOKER


def test_a_whole_record_is_scaled_and_marked():
    encoded = encode_record(FIELDS, {"AGE": "90", "sex": "m", "smoker": "No", "other": "ignored"})
    assert encoded.values.tolist() == [0.5, 0, 0, 1, 0, -1, 0]
    assert encoded.faults == {}


def test_an_empty_record_is_the_absent_one():
    encoded = encode_record(FIELDS, {})
    np.testing.assert_array_equal(encoded.values, missing_record(FIELDS))
    assert encoded.values.tolist() == [0, 1, 0, 0, 1, 0, 1]
    assert set(encoded.faults.values()) == {"missing"}


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        (AGE, "121", "out of range"), (AGE, "-0.5", "out of range"), (AGE, "old", "unknown value"),
        (AGE, "inf", "unknown value"), (AGE, "n/a", "missing"), (AGE, "", "missing"), (SEX, "X", "unknown value"),
        (SEX, "?", "missing"), (SMOKER, "perhaps", "unknown value"), (SMOKER, "Unknown", "missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_counts_as_missing(field, text, fault):
    encoded = encode_record((field,), {field.name: text})
    np.testing.assert_array_equal(encoded.values, missing_record((field,)))
    assert encoded.faults == {field.name: fault}


@pytest.mark.parametrize(
    ("text", "years"), [("60", 60), ("60,0", 60), ("060Y", 60), ("018M", 1.5), ("0", 0), ("120", 120)]
)
def test_ages_are_read_as_people_and_dicom_write_them(text, years):
    assert encode_record((AGE,), {"age": text}).values[0] == pytest.approx(years / 60 - 1)


def test_a_field_that_is_none_is_refused_without_its_value():
    with pytest.raises(Refused) as refused:
        check_names(FIELDS, {"age": "61", "weight": "SECRET"})
    assert refused.value.rule == "no-such-field"
    assert "age, sex, smoker" in refused.value.reason
    assert "SECRET" not in refused.value.reason


def test_a_category_may_have_a_value_that_elsewhere_says_not_known():
    grade = CategoryField(kind="category", name="grade", title="Grade", values=("None", " mild ", "unknown"))
    texts = ("none", "Mild", "unknown", "n/a")
    assert [encode_record((grade,), {"grade": text}).values.tolist() for text in texts] == [
        [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1],
    ]  # fmt: skip


def test_an_age_string_is_no_number_of_anything_but_years():
    weight = NumberField(kind="number", name="weight", title="Weight", unit="kg", low=0, high=200)
    assert encode_record((weight,), {"weight": "060M"}).faults == {"weight": "unknown value"}


@pytest.mark.parametrize("bounds", [{"high": math.inf}, {"low": -math.inf}])
def test_a_range_without_an_end_cannot_be_scaled_to(bounds):
    with pytest.raises(ValidationError, match="finite"):
        NumberField(**{"kind": "number", "name": "lab", "title": "Lab", "low": 0, "high": 1} | bounds)


def test_each_field_has_inputs_of_its_own():
    assert slices(FIELDS) == {"age": slice(0, 2), "sex": slice(2, 5), "smoker": slice(5, 7)}
