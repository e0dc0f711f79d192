"""Differences and discordant cases as CSV."""

import csv
import io

from meddx.evaluate.paired.csv_tables import write_cases, write_differences
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.discordant_cases import DiscordantCase

NAN = float("nan")


def test_a_difference_is_a_row_and_what_is_not_defined_is_empty():
    one = PairedDifference("x", "y", "auroc", "ill", 0.75, 0.5, NAN, NAN, 0.125, "DeLong", 40, 12)
    file = io.StringIO(newline="")
    write_differences(file, [one])
    (row, last) = csv.DictReader(io.StringIO(file.getvalue()))
    assert row == {
        "a": "x", "b": "y", "metric": "auroc", "label": "ill", "value_a": "0.75", "value_b": "0.5",
        "difference": "0.25", "low": "", "high": "", "test": "DeLong", "p": "0.125", "p_adjusted": "", "n": "40",
        "test_and_interval_disagree": "False",
    }  # fmt: skip
    assert last["a"] == "# For research use only. Not a medical device."


def test_a_discordant_case_names_who_is_right_and_how_sure_both_are():
    file = io.StringIO(newline="")
    cases = [
        DiscordantCase("c,1", "ill", True, "ill", "well", 0.9, 2 / 3),
        DiscordantCase("c2", "ill", False, "well", "ill", 0.5, 1.0),
    ]
    write_cases(file, "x", "y", cases)
    assert file.getvalue().splitlines() == [
        "case,truth,right,a,a_called,a_probability,b,b_called,b_probability",
        '"c,1",ill,x,x,ill,0.9,y,well,0.666667',
        "c2,ill,y,x,well,0.5,y,ill,1",
    ]
