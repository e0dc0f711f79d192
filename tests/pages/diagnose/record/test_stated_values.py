"""What a header prefills."""

import pytest

from meddx.model.record_encoding import encode_record
from meddx.model.record_fields import CategoryField, NumberField, YesNoField
from meddx.types import ImageHeader
from pages.ui.diagnose.record.stated_values import header_value, table_value
from tests.fused import AGE, SEX, SMOKER

HEADER = ImageHeader(age="18 months", age_years=1.5, sex="female", body_part="CHEST", view="PA")


def category(name, *values):
    return CategoryField(kind="category", name=name, title=name, values=values)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (AGE, "1.5"),
        (SEX, "F"),
        (category("Patient_Sex", "male", "Female"), "Female"),
        (category("body_part", "chest", "hand"), "CHEST"),
        (category("view", "PA", "AP"), "PA"),
        (SMOKER, ""),
        (YesNoField(kind="yes/no", name="sex", title="Sex"), ""),
        (NumberField(kind="number", name="age", title="Age", unit="months", low=0, high=9), ""),
        (NumberField(kind="number", name="weight", title="Weight", unit="years", low=0, high=9), ""),
        (category("age", "young", "old"), ""),
    ],
)
def test_a_field_takes_what_the_header_says_of_it(field, value):
    assert header_value(field, HEADER) == value


def test_an_empty_header_says_nothing():
    assert {header_value(field, ImageHeader()) for field in (AGE, SEX, category("view", "PA", "AP"))} == {""}


def test_what_the_field_does_not_have_is_given_and_refused_by_the_engine():
    other = header_value(SEX, ImageHeader(sex="other"))
    assert encode_record([SEX], {"sex": other}).faults == {"sex": "unknown value"}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (SEX, "Female", "F"),
        (SEX, "o", "o"),
        (AGE, "n/a", ""),
        (AGE, " 61 ", "61"),
        (category("smoking", "never", "unknown"), "Unknown", "Unknown"),
        (category("smoking", "never", "former"), "unknown", ""),
    ],
)
def test_a_table_s_row_says_what_it_knows(field, text, value):
    assert table_value(field, {field.name: text}) == value
