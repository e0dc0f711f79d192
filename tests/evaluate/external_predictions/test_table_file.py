"""The same table in the encodings, delimiters and kinds of file that other programs write."""

import datetime

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions import Reading, read
from tests.evaluate.external_predictions.files import (
    AUROC,
    CASES,
    ILL,
    NAMES,
    N,
    P,
    area,
    lines,
    read_text,
    two_columns,
    written,
)

TEXT = two_columns()
GERMAN = TEXT.replace(",", ";").replace(".", ",")
TRAILING = lines(("case", "label", "pneumonia", ""), lambda i: (CASES[i], NAMES[i], P[i], ""))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GERMAN.encode(), id="semicolon and decimal comma"),
        pytest.param(TEXT.replace(",", "\t").encode("utf-16"), id="UTF-16 with tabs"),
        pytest.param(TEXT.replace(",", "\t").encode("utf-16-le"), id="UTF-16 without a byte order mark"),
        pytest.param(TEXT.replace(",", "\t").encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(("sep=,\n" + TEXT).encode(), id="a line that names the delimiter"),
        pytest.param(('"sep=;"\r\n' + GERMAN.replace("\n", "\r\n")).encode(), id="the same in quotation marks"),
        pytest.param((TEXT + ",,,\n\n,,,\n").encode(), id="blank last rows"),
        pytest.param(TEXT.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(TEXT.replace(",", "|").encode(), id="pipes"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(TEXT.replace("\n", "\r").encode(), id="old Macintosh line ends"),
        pytest.param(("# tool 1.2\n# 2024\n\n" + TEXT).encode(), id="comments before the header"),
        pytest.param(TEXT.replace(",", " , ").encode(), id="blanks around values"),
        pytest.param(TRAILING.encode(), id="a delimiter at the end of every line"),
        pytest.param(TRAILING.replace("pneumonia,\n", "pneumonia\n", 1).encode(), id="at the end of rows only"),
        pytest.param("\n".join(f'"{line}"'.replace(",", '","') for line in TEXT.splitlines()).encode(), id="quotes"),
        pytest.param(TEXT.upper().replace("E-", "e-").encode(), id="capitals"),
    ],
)
def test_the_same_cases_however_they_are_written(tmp_path, content):
    found = read(written(tmp_path, content))
    assert len(found.predictions) == N
    assert found.predictions.cases[7] == "0007"
    label = next(label for label in found.predictions.labels if label.casefold() == "pneumonia")
    assert area(found, label) == pytest.approx(AUROC)
    column = found.predictions.labels.index(label)
    np.testing.assert_allclose(found.predictions.probabilities[:, column], P, atol=1e-12)


def test_latin_1_is_read_and_said(tmp_path):
    text = TEXT.replace("normal", "poumon normal, côté é").replace(",", ";").replace("normal; côté", "normal, côté")
    found = read(written(tmp_path, text.encode("latin-1")))
    assert found.predictions.labels == ("poumon normal, côté é", "pneumonia")
    assert found.positive == "pneumonia"
    assert "Windows-1252" in found.notes[0]


def test_a_delimiter_within_quotes_and_a_line_end_belong_to_the_value(tmp_path):
    found = read_text(tmp_path, 'case,label,a,b\n"1, left\nlung",a,.7,.3\n"say ""2""",b,.2,.8\n')
    assert found.predictions.cases == ("1, left\nlung", 'say "2"')


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ROWS = [["case", "label", "pneumonia"], *([CASES[i], NAMES[i], float(P[i])] for i in range(N))]


def test_an_excel_sheet_is_read_below_its_title_with_numbers_and_dates_as_they_are(tmp_path):
    first = datetime.datetime(2024, 1, 1)
    rows = [["Trial 7"], [], ["Case", "Diagnosis", "P(pneumonia)", None]]
    rows += [[first + datetime.timedelta(days=i), NAMES[i], float(P[i])] for i in range(N)] + [[None, None, None], [""]]
    found = read(workbook(tmp_path / "a.xlsx", {"Sheet": rows}))
    assert found.predictions.cases[:2] == ("2024-01-01", "2024-01-02")
    assert area(found) == pytest.approx(AUROC)
    assert "sheet 'Sheet'" in found.columns["file"]


def test_whole_numbers_of_a_sheet_have_no_point_and_text_keeps_its_zeros(tmp_path):
    rows = [["case", "patient", "label", "a"], ["007", 12, 1, 0.7], ["008", 12, 0, 0.2]]
    found = read(workbook(tmp_path / "a.xlsx", {"x": rows}))
    assert found.predictions.cases == ("007", "008")
    assert found.predictions.groups == ("12", "12")
    assert found.predictions.targets[:, 0].tolist() == [True, False]


def test_of_several_sheets_the_one_with_scores_is_read_and_two_are_asked_about(tmp_path):
    sheets = {"About": [["by", "whom"], ["a", "b"]], "Scores": ROWS}
    assert area(read(workbook(tmp_path / "a.xlsx", sheets))) == pytest.approx(AUROC)
    path = workbook(tmp_path / "b.xlsx", sheets | {"Second": ROWS})
    with pytest.raises(Refused, match='--sheet "Scores" or --sheet "Second"'):
        read(path)
    assert area(read(path, Reading(sheet="Second"))) == pytest.approx(AUROC)
    with pytest.raises(Refused, match="'About', 'Scores', 'Second'"):
        read(path, Reading(sheet="Third"))


def test_parquet_of_any_type(tmp_path):
    table = {
        "case": CASES,
        "label": pa.array(NAMES).dictionary_encode(),
        "pneumonia": P.astype(np.float16),
        "normal": (1 - P).astype(np.float16),
        "boxes": [[0.1, 0.2]] * N,
    }
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert area(found) == pytest.approx(AUROC, abs=2e-3)
    assert found.exclusive
    assert found.predictions.attributes["boxes"] == (None,) * N


def test_parquet_of_pandas_with_its_index_nullable_numbers_and_truth_as_booleans(tmp_path):
    frame = pd.DataFrame({"y_true": ILL, "y_prob": pd.array(P, dtype="Float64")}, index=pd.Index(CASES, name="image"))
    frame.to_parquet(tmp_path / "a.pq")
    found = read(tmp_path / "a.pq")
    assert found.predictions.cases == tuple(CASES)
    assert area(found, "positive") == pytest.approx(AUROC)


def test_row_names_of_pandas_are_cases_where_nothing_else_is_and_that_is_said(tmp_path):
    pd.DataFrame({"label": NAMES, "pneumonia": P}).to_csv(tmp_path / "scores.csv")
    found = read(tmp_path / "scores.csv")
    assert found.predictions.cases[:2] == ("0", "1")
    assert "row number" in found.notes[0]


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (b"", "empty-file", "header"),
        (b'{"case": 1}', "unknown-file", "JSON"),
        (b"<html></html>", "unknown-file", "HTML"),
        (b"\x89PNG\r\n\x1a\n", "unknown-file", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unknown-file", "before 2007"),
        (b"\x1f\x8b\x08\x00", "unknown-file", "compressed"),
        (b"$FL2@(#) SPSS DATA FILE" + bytes(200), "unknown-file", "SPSS"),
        (b"<stata_dta><header><release>118", "unknown-file", "Stata"),
        (b"\x72\x02\x01\x00" + bytes(200), "unknown-file", "Stata"),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "unknown-file", "SAS"),
        (bytes(12) + bytes.fromhex("c2ea8160b31411cf") + bytes(200), "unknown-file", "SAS"),
        (b"RDX3\nX\n" + bytes(200), "unknown-file", "of R"),
        (b"SQLite format 3\0" + bytes(200), "unknown-file", "SQLite"),
        (b"ARROW1\0\0" + bytes(200), "unknown-file", "Arrow"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "unknown-file", "HDF5"),
        (b"\x80\x04\x95" + bytes(200), "unknown-file", "pickle"),
        (b"unknown program\0" + b"\0a" * 99 + bytes(200), "unreadable-file", "no text"),
        (b"PAR1 and no more", "unreadable-file", "Parquet"),
        (b"PK\x03\x04 and no more", "unreadable-file", "workbook"),
        (bytes(range(256)) * 4, "unreadable-file", "no text"),
        (b'case,label,a\n"1,x,.5\n2,y,.5\n', "unreadable-file", "quotation mark"),
        (b"case,label,a\n1,x,.5\n2,y,0,5\n", "unreadable-file", "Row 2: the table's header names 3 columns"),
        (b"case,label,a\n1,x\n", "unreadable-file", "this row has 2"),
        (b"case,label,a,a\n1,x,.5,.5\n", "column-twice", "'a'"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(tmp_path, content, rule, said):
    with pytest.raises(Refused, match=said) as refused:
        read(written(tmp_path, content))
    assert refused.value.rule == rule


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match="There is no file of this name"):
        read(tmp_path / "missing.csv")
