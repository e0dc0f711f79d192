"""Numbers as people and programs of all countries write them."""

import numpy as np
import pyarrow as pa
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.numbers_as_text import Numbers
from meddx.evaluate.external_predictions.table_file import Table


def numbers(*values, decimal=None, beside=()):
    columns = {"x": pa.array(values)} | ({"y": pa.array([*beside, *[None] * (len(values) - len(beside))])})
    return Numbers(Table(pa.table(columns), np.arange(1, len(values) + 1), ""), decimal)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["0.5", "1e-3", "-2", "+.5", "5."], [0.5, 0.001, -2, 0.5, 5]),
        (["0,5", "1,25E-1", "-2,0"], [0.5, 0.125, -2]),
        (["1,234.5", "12,000,000.25"], [1234.5, 12000000.25]),
        (["1.234,5", "12.000.000,25"], [1234.5, 12000000.25]),
        (["1,234,567", "2"], [1234567, 2]),
        (["1 234.5", "1\u202f234\u202f567.5", "1'234.5"], [1234.5, 1234567.5, 1234.5]),
        (["\u22120.5"], [-0.5]),
        (["70%", "7,5 %", "0.5%"], [0.7, 0.075, 0.005]),
        (["\u0660\u066b\u0665", "\u0661\u066c\u0662\u0663\u0664\u066b\u0665"], [0.5, 1234.5]),
        (["\u0665\u0660\u066a", "\uff15\uff10\uff05"], [0.5, 0.5]),
        (["\uff10\uff0e\uff15"], [0.5]),
        ([True, False], [1, 0]),
        ([3, 4], [3, 4]),
    ],
)
def test_every_way_of_writing(values, expected):
    found = numbers(*values)
    assert found.of("x") == pytest.approx(expected)
    assert found.are_numbers("x")


@pytest.mark.parametrize("value", ["NaN", "NA", "n/a", "#N/A", "#DIV/0!", "null", "", " ", ".", ".a", ".Z"])
def test_words_for_nothing_are_not_numbers_and_not_faults(value):
    found = numbers("0.5", value)
    assert np.isnan(found.of("x")[1])
    assert found.filled("x").tolist() == [True, False]
    assert found.are_numbers("x")


@pytest.mark.parametrize("value", ["high", "0.5.1", "<0.01", "0.5 mg", "1,2,3", "0x1", "1_000", "inf"])
def test_what_is_no_number_is_a_fault(value):
    found = numbers("0.5", value)
    assert found.filled("x").tolist() == [True, True]
    assert not found.are_numbers("x")


def test_a_comma_before_three_digits_is_what_the_rest_of_the_table_says():
    assert numbers("1,234", "0,5").of("x")[0] == pytest.approx(1.234)
    assert numbers("1,234", beside=["0.5"]).of("x")[0] == 1234
    assert numbers("1,234", decimal=",").of("x")[0] == pytest.approx(1.234)
    assert numbers("1,234", decimal=".").of("x")[0] == 1234
    with pytest.raises(Refused, match="--decimal comma or --decimal point"):
        numbers("1,234").of("x")


def test_percent_signs_on_some_numbers_only_are_refused():
    with pytest.raises(Refused, match="row 2 does not"):
        numbers("70%", "0.3").of("x")


def test_an_empty_column_holds_no_numbers():
    assert not numbers("", "NA").are_numbers("x")
