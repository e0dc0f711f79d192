"""Text of any encoding and delimiter as a table of text."""

import codecs

import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.delimited import decoded, parse


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("é;1".encode(), "UTF-8"),
        (codecs.BOM_UTF8 + "é;1".encode(), "UTF-8"),
        ("é;1".encode("utf-16"), "UTF-16"),
        ("é;1".encode("utf-16-le"), "UTF-16-LE"),
        ("é;1".encode("utf-16-be"), "UTF-16-BE"),
        ("é;1".encode("cp1252"), "Windows-1252"),
        ("é;1".encode("utf-32"), "UTF-32"),
        ("é;1".encode() + b"\x1a", "UTF-8"),
        ("é;1".encode() + bytes(100), "UTF-8"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(data, encoding):
    assert decoded(data) == ("é;1", encoding)


@pytest.mark.parametrize(
    "data", [b"PNG\0" + bytes(range(1, 200)), codecs.BOM_UTF8 + b"caf\xe9", b"a\0b\0\0\0" * 50, b"a\0\0\xd8" * 50]
)
def test_bytes_that_are_no_text_are_refused(data):
    with pytest.raises(Refused) as refused:
        decoded(data)
    assert refused.value.rule == "unreadable-file"


@pytest.mark.parametrize(
    "text",
    ["a;b\n1,5;x\n2,5;y\n", "a\tb\n1,5\tx\n2,5\ty\n", "a|b\n1,5|x\n2,5|y\n", 'a,b\n"1,5",x\n"2,5",y\n',
     "# a comment, with, commas\n\nsep=;\na;b\n1,5;x\n2,5;y\n"],
)  # fmt: skip
def test_the_delimiter_is_the_one_that_divides_all_rows_alike(text):
    assert parse(text).to_pydict() == {"a": ["1,5", "2,5"], "b": ["x", "y"]}


@pytest.mark.parametrize("gap", [" ", "\t", ";"])
def test_row_names_of_r_have_no_name_in_the_header(gap):
    text = f'"a"{gap}"b c"\n"1"{gap}"x y"{gap}0.5\n"2"{gap}"z"{gap}1\n'
    assert parse(text).to_pydict() == {"": ["1", "2"], "a": ["x y", "z"], "b c": ["0.5", "1"]}


def test_columns_divided_by_spaces_and_a_single_column_with_spaces():
    assert parse("a  b\n1  2\n3   4\n").to_pydict() == {"a": ["1", "3"], "b": ["2", "4"]}
    assert parse("the case\none\n").to_pydict() == {"the case": ["one"]}


def test_a_comma_too_many_is_no_row_name():
    with pytest.raises(Refused, match=r"Row 1.*names 2 columns and this row has 3"):
        parse("a,b\nx,0,5\ny,0,6\n")


def test_values_stay_text_so_that_zeros_are_kept():
    assert parse("case,score\n007,0.50\n").to_pydict() == {"case": ["007"], "score": ["0.50"]}


def test_a_row_that_does_not_fit_is_named_by_its_number():
    with pytest.raises(Refused, match=r"Row 2.*names 2 columns and this row has 3.*decimal commas"):
        parse("a,b\n1,2\n1,2,3\n")
    with pytest.raises(Refused, match="no rows") as refused:
        parse("# nothing but this\n\n")
    assert refused.value.rule == "empty-file"
