"""Workbooks and CSV files hold the numbers of the report, and no formula."""

import csv
import io
import math

import openpyxl
import pytest

from meddx.evaluate.label_details import INDICES
from meddx.export.data_tables import METRIC_COLUMNS, DataTable, evaluation_tables, metrics_table
from meddx.export.spreadsheets import table_csv, xlsx_bytes
from tests.export.conftest import evaluation, predictions

TEXTS = ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "plain", "a\x00b"]


def workbook(tables):
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(tables)))


def test_text_is_text_and_numbers_are_numbers():
    table = DataTable("T", ("=name", "value"), [[text, -1.5] for text in TEXTS] + [["x", math.nan], ["y", math.inf]])
    rows = list(workbook([table])["T"].iter_rows())
    assert [row[0].data_type for row in rows] == ["s"] * 9
    assert [row[0].value for row in rows[:6]] == ["=name", *TEXTS[:5]]
    assert [row[1].value for row in rows[1:]] == [-1.5] * 6 + [None, "inf"]
    assert rows[1][1].data_type == "n"
    read = list(csv.reader(io.StringIO(table_csv(table))))
    assert read[0][0] == "'=name"
    assert [row[0] for row in read[1:6]] == [f"'{text}" for text in TEXTS[:4]] + ["plain"]
    assert [row[1] for row in read[1:]] == ["-1.5"] * 6 + ["", "inf"]


def test_names_of_cases_and_labels_are_no_formulas_either():
    of = evaluation(
        predictions=predictions(labels=("=ILL", "@WELL")), titles={"=ILL": "=ILL", "@WELL": "@WELL"}, title="=1+1"
    )
    book = workbook(evaluation_tables(of))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}


def test_every_number_of_the_assessment_is_a_row():
    of = evaluation(moved=("ILL",), quantiles=(0.5, 0.5), target_coverage=0.9)
    table = metrics_table(of)
    rows = [dict(zip(METRIC_COLUMNS, row, strict=True)) for row in table.rows]
    ill = {row["metric"]: row for row in rows if row["label"] == "ILL"}
    for name, one in of.assessment.per_label["ILL"].items():
        row = ill[name]
        assert (row["value"], row["low"], row["n"]) == pytest.approx((one.value, one.low, one.n), nan_ok=True)
        assert (row["threshold"], row["threshold_chosen_on_these_cases"]) == (0.5, True)
    assert ill["prediction-set coverage"]["value"] == pytest.approx(2 / 3)  # .9 and .8 of .9, .8, .4 are at least .5
    assert ill["sensitivity at specificity 0.9"]["value"] == pytest.approx(2 / 3)
    well = {row["metric"]: row for row in rows if row["label"] == "WELL"}
    assert well["recall"]["threshold_chosen_on_these_cases"] is False
    assert len({(row["label"], row["metric"]) for row in rows}) == len(rows)
    sheets = {sheet.title for sheet in workbook(evaluation_tables(of))}
    assert {"About", "Metrics", "Decision curve", "Prediction-set size", "Skipped cases"} <= sheets
    about = [cell.value for row in workbook(evaluation_tables(of))["About"].iter_rows() for cell in row]
    assert any("chosen on this test set" in str(text) for text in about)


def test_curves_and_indices_are_there_of_probabilities_only(calibrated):
    names = {table.name for table in evaluation_tables(calibrated())}
    assert {"Calibration, bins", "Calibration, smooth curve", "Decision curve"} <= names
    metrics = {row[1] for row in metrics_table(calibrated()).rows}
    assert INDICES.keys() <= metrics
    ratings = calibrated(are_probabilities=False)
    assert not {table.name for table in evaluation_tables(ratings)} & {"Calibration, bins", "Decision curve"}
    assert not INDICES.keys() & {row[1] for row in metrics_table(ratings).rows}
