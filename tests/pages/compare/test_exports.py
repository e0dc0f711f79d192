"""Exports of a comparison."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS
from pages.ui.compare import cached_results, exports
from pages.ui.compare.comparison_options import ComparisonOptions


def test_the_export_holds_every_difference(choice, engine):
    text = exports.differences_csv(choice, 0.9)
    assert text.rstrip().endswith("# For research use only. Not a medical device.")
    rows = list(csv.DictReader(StringIO(text[: text.index("#")])))
    assert tuple(rows[0]) == DIFFERENCE_COLUMNS
    assert {row["label"] for row in rows} == {"", "normal", "ill"}
    assert {row["a"] for row in rows} >= {"one", "other", "consensus-mean"}


def test_discordant_cases_are_those_that_only_one_got_right(choice):
    aligned = cached_results.aligned_systems(choice)
    a, b = aligned.systems[:2]
    text = exports.discordant_csv(aligned, ComparisonOptions((a, b), None))
    rows = list(csv.DictReader(StringIO(text[: text.index("#")] if "#" in text else text)))
    right = [system.predictions.probabilities.argmax(1) == system.predictions.targets.argmax(1) for system in (a, b)]
    assert {row["case"] for row in rows} == {
        case for case, one, other in zip(a.predictions.cases, *right, strict=True) if one != other
    }


def test_the_workbook_holds_the_same_differences(choice):
    csv_text = exports.differences_csv(choice, 0.9)
    rows = list(csv.DictReader(StringIO(csv_text[: csv_text.index("#")])))
    sheet = openpyxl.load_workbook(BytesIO(exports.differences_xlsx(choice, 0.9)))["Differences"]
    head, *body = sheet.iter_rows(values_only=True)
    assert head == DIFFERENCE_COLUMNS
    assert len(body) == len(rows)
    for row, line in zip(rows, body, strict=True):
        assert (row["a"], row["metric"], row["n"]) == (line[0], line[2], str(line[12]))
        assert line[6] == (pytest.approx(float(row["difference"])) if row["difference"] else None)
