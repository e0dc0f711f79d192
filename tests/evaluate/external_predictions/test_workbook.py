"""Sheets of a workbook as tables."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions import workbook


def written(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


def test_a_table_begins_at_the_first_row_with_two_cells_and_other_sheets_are_none():
    found = workbook.sheets(written(Scores=[["A title"], ["case", "p"], ["x", 0.5]], About=[["a"], ["b"]], Empty=[]))
    assert {name: table.to_pydict() for name, table in found.items()} == {"Scores": {"case": ["x"], "p": [0.5]}}


def test_cells_are_numbers_where_all_are_and_otherwise_text_as_people_read_it():
    day = datetime.datetime(2024, 3, 1)
    rows = [["n", "mixed", "day", "there"], [1, "007", day, True], [None, 7.0, day.replace(hour=9), False]]
    assert workbook.sheets(written(S=rows))["S"].to_pydict() == {
        "n": [1.0, None],
        "mixed": ["007", "7"],
        "day": ["2024-03-01", "2024-03-01T09:00:00"],
        "there": ["true", "false"],
    }


def archive(*names):
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as zipped:
        for name in names:
            zipped.writestr(name, "nothing")
    return found.getvalue()


@pytest.mark.parametrize(
    ("data", "rule", "said"),
    [
        (archive("content.xml"), "unknown-file", "OpenDocument"),
        (archive("a.txt"), "unknown-file", "without an Excel workbook"),
        (archive("xl/workbook.xml"), "unreadable-file", "damaged"),
        (b"PK\3\4 and no more", "unreadable-file", "damaged"),
    ],
)
def test_another_archive_is_refused_by_what_it_is(data, rule, said):
    with pytest.raises(Refused, match=said) as refused:
        workbook.sheets(data)
    assert refused.value.rule == rule


def test_a_workbook_that_unpacks_too_large_is_refused_unread(monkeypatch):
    data = written(S=[["case", "p"], ["x", 0.5]])
    monkeypatch.setattr(workbook, "LARGEST_WORKBOOK", 100)
    with pytest.raises(Refused) as refused:
        workbook.sheets(data)
    assert refused.value.rule == "too-large"
