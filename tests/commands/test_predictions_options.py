"""Options of reading files of scores, as a Reading."""

import argparse

import pytest

from meddx.commands.predictions_options import add_options, are_given, reading, stated_thresholds
from meddx.errors import MeddxError


def parsed(*options):
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args(options)


def test_options_become_a_reading():
    arguments = parsed(
        "--column", "case=File=1", "--positive", "ill", "--independent", "--decimal", "comma", "--threshold", "ill=0,25"
    )  # fmt: skip
    found = reading(arguments, {"sick": "ill"})
    assert (found.columns, found.names, found.positive) == ({"case": "File=1"}, {"sick": "ill"}, ("ill",))
    assert (found.exclusive, found.decimal, found.thresholds) == (False, ",", {"ill": 0.25})


def test_without_options_everything_is_left_to_the_file():
    found = reading(parsed(), {})
    assert (found.exclusive, found.decimal, found.scale, found.thresholds) == (None, None, None, {})


def test_a_threshold_stands_after_the_last_equals_sign_and_must_be_a_number():
    assert stated_thresholds(["0.3", "grade=2=0.7"]) == {"": 0.3, "grade=2": 0.7}
    with pytest.raises(MeddxError, match="the value a number"):
        stated_thresholds(["ill=high"])
    with pytest.raises(MeddxError, match="ROLE=NAME"):
        reading(parsed("--column", "case"), {})


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ([], None),
        (["--positive", "ill"], None),
        (["--skip-incomplete"], "--skip-incomplete"),
        (["--reverse"], "--reverse"),
    ],
)
def test_only_options_that_need_a_file_of_scores_are_named(options, named):
    assert are_given(parsed(*options)) == named
