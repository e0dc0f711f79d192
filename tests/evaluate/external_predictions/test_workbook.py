"""Sheets of a workbook as tables."""

import datetime
import io
import re
import zipfile

import openpyxl
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions import read, workbook


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


def test_formulas_without_a_kept_value_are_found_cell_by_cell():
    rows = [["case", "p"], ["a", 0.25], ["b", "=B2*2"], ["c", "=B2*3"]]
    assert workbook.unsaved_formulas(written(S=rows, Plain=[["case", "p"], ["a", 0.5]])) == {"S": "B3"}
    assert workbook.unsaved_formulas(written(S=rows[:2])) == {}


def kept(data, value=b"<v>0.5</v>", kind=b"", compute_on_opening=False):
    """The workbook as Excel saves it: every formula with its value."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(found, "w") as new:
        for name in old.namelist():
            part = re.sub(rb"<c ([^>]*)>(<f>[^<]*</f>)<v */>", rb"<c \1" + kind + rb">\2" + value, old.read(name))
            new.writestr(name, part if compute_on_opening else part.replace(b'fullCalcOnLoad="1"', b""))
    return found.getvalue()


def scores(formula="=1/4"):
    return [["case", "label", "p"], *([str(at), at % 2, 0.1 * at] for at in range(8)), ["8", 1, formula]]


def test_scores_that_are_formulas_without_a_kept_value_are_refused_by_their_cell(tmp_path):
    path = tmp_path / "scores.xlsx"
    path.write_bytes(written(Scores=scores()))
    with pytest.raises(Refused, match=r"'Scores': cell C10 holds a formula whose value was not saved; open"):
        read(path)
    path.write_bytes(kept(written(Scores=scores())))
    assert read(path).predictions.probabilities.ravel()[-1] == 0.5


def test_formulas_of_a_sheet_that_is_not_read_do_not_matter(tmp_path):
    path = tmp_path / "scores.xlsx"
    path.write_bytes(written(Scores=scores(0.9), Summary=[["what", "value"], ["mean", "=AVERAGE(Scores!C2:C10)"]]))
    assert len(read(path).predictions) == 9


def test_a_table_all_of_formulas_is_refused_by_a_cell_and_not_for_its_columns(tmp_path):
    path = tmp_path / "scores.xlsx"
    path.write_bytes(written(S=[["case", "label", "p"], *([f"=A{at}", f"=B{at}", f"=C{at}"] for at in range(20, 30))]))
    with pytest.raises(Refused, match="cell A2 holds a formula"):
        read(path)


def test_a_kept_value_may_be_empty_or_0_but_not_0_that_is_to_be_computed_on_opening():
    data = written(S=[["case", "p"], ["a", "=1/4"]])
    assert workbook.unsaved_formulas(kept(data, b"<v></v>", b' t="str"')) == {}
    assert workbook.unsaved_formulas(kept(data, b"<v>0</v>")) == {}
    assert workbook.unsaved_formulas(kept(data, b"<v>0</v>", compute_on_opening=True)) == {"S": "B2"}


def test_a_row_that_names_groups_of_columns_is_no_header():
    rows = [["Study", "Reference"], ["case", "label", "score"], ["a", 1, 0.5]]
    assert workbook.sheets(written(S=rows))["S"].column_names == ["case", "label", "score"]
    # Row names of R: the header leaves the first column without a name, and the row below holds values.
    named_rows = [[None, "label", "score"], ["a", "ill", 0.5], ["b", "well", 0.25]]
    assert workbook.sheets(written(S=named_rows))["S"].column_names == ["", "label", "score"]
    as_text = [[None, "label", "score"], ["a", "ill", "0.5"], ["b", "well", "0.25"]]
    assert workbook.sheets(written(S=as_text))["S"].column_names == ["", "label", "score"]


def test_what_openpyxl_cannot_read_is_refused_and_not_an_error_of_the_program():
    book = openpyxl.Workbook()
    book.active.append(["case", "p"])
    book.create_chartsheet("Empty chart")
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(Refused, match="save it as"):
        workbook.sheets(data.getvalue())
