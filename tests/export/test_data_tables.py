"""The tables behind the workbook."""

import math

from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS
from meddx.export.data_tables import difference_tables, evaluation_tables
from tests.export.conftest import evaluation


def named(tables):
    return {table.name: table for table in tables}


def test_counts_confusion_and_skipped_cases_are_those_of_the_assessment(calibrated):
    tables = named(evaluation_tables(evaluation()))
    assert tables["Counts at the threshold"].rows[0] == ("ILL", 0.5, 2, 1, 1, 2)
    assert tables["Confusion matrix"].rows == [["ILL", 2, 1], ["WELL", 1, 2]]
    assert tables["Skipped cases"].rows[0] == ("x.dcm", "not-an-image", "The file is no image.")
    without = named(evaluation_tables(calibrated(threshold=math.nan, refused={})))
    assert not {"Counts at the threshold", "Confusion matrix", "Skipped cases"} & without.keys()


def test_names_fit_a_sheet_and_rows_fit_their_columns(calibrated):
    for table in evaluation_tables(calibrated(quantiles=(0.5,), target_coverage=0.9)):
        assert len(table.name) <= 31
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_difference_is_a_row_that_says_where_test_and_interval_disagree():
    one = PairedDifference("x", "y", "auroc", "ill", 0.75, 0.5, -0.1, 0.6, 0.01, "DeLong", 40, 12)
    (row,) = named(difference_tables([one]))["Differences"].rows
    told = dict(zip(DIFFERENCE_COLUMNS, row, strict=True))
    assert (told["difference"], told["test_and_interval_disagree"]) == (0.25, True)
