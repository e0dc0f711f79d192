"""A row for each reading, brought to a row for each case."""

import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.long_format import by_case
from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.table_file import open_table
from tests.evaluate.external_predictions.files import written

LONG = "case,label,reader,rating\nx,1,ann,4\nx,1,bob,5\ny,0,ann,2\ny,0,bob,1\nz,1,bob,3\n"


def table_of(folder, text):
    return open_table(written(folder, text))[""]


def test_each_reader_becomes_a_column_and_each_case_a_row(tmp_path):
    found = by_case(table_of(tmp_path, LONG), Reading())
    assert found.names == ["case", "label", "reader:ann", "reader:bob"]
    assert (found.text("case"), found.text("label")) == (("x", "y", "z"), ("1", "0", "1"))
    assert (found.text("reader:ann"), found.text("reader:bob")) == (("4", "2", None), ("5", "1", "3"))
    assert found.rows.tolist() == [1, 3, 5]
    assert found.origin.endswith("a row for each reading")


@pytest.mark.parametrize(
    "text",
    ["case,label,reader,rating\nx,1,ann,4\ny,0,bob,2\n", "case,label,rating\nx,1,4\nx,1,5\n",
     "case,label,reader,rating\nx,1,ann,4\nx,1,ann,5\n"],
    ids=["every case once", "no reader", "one reader twice"],
)  # fmt: skip
def test_any_other_table_stays_as_it_is(tmp_path, text):
    table = table_of(tmp_path, text)
    assert by_case(table, Reading()) is table


def test_of_two_columns_that_differ_between_readers_the_user_says_which(tmp_path):
    table = table_of(tmp_path, "case,label,reader,rating,birads\nx,1,ann,4,2\nx,1,bob,5,3\n")
    with pytest.raises(Refused, match="--column score=rating or --column score=birads") as refused:
        by_case(table, Reading())
    assert refused.value.rule == "which-score"
    assert by_case(table, Reading(columns={"score": "birads"})).text("reader:bob") == ("3",)
