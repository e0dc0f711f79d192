"""No text of a CSV file is run as a formula, and it comes back as it was."""

import csv
import io

import pyarrow as pa
import pytest

from meddx.evaluate.case_table import per_case, write_table
from meddx.evaluate.external_predictions import Reading, read
from meddx.evaluate.paired.csv_tables import write_cases
from meddx.evaluate.paired.discordant_cases import DiscordantCase
from meddx.evaluate.spreadsheet_text import formula_safe, formula_safe_table, unguarded
from meddx.export.data_files import csv_bytes
from tests.export.conftest import predictions

FORMULAS = ["=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1"]
PLAIN = ["case 1", "", "-2.5", "+3", "1e-5", "-,5", "a=b", "é", "5-3"]
NASTY = ("=HYPERLINK(1)", "-x", "@a", "+b", "plain", "-1")


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_guarded(text):
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_and_numbers_are_not(text):
    assert formula_safe(text) == text


def test_columns_are_guarded_as_texts_are_and_back():
    table = pa.table({"name": pa.array([*FORMULAS, *PLAIN, None]), "number": pa.array(range(16))})
    safe = formula_safe_table(table)
    assert safe["name"].to_pylist() == [*map(formula_safe, [*FORMULAS, *PLAIN]), None]
    assert safe["number"].to_pylist() == list(range(16))
    assert unguarded(safe["name"]).to_pylist() == table["name"].to_pylist()


def cells(text):
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def dangerous(text):
    return [cell for cell in cells(text) if cell[:1] in "=+-@\t\r" and cell and formula_safe(cell) != cell]


def test_case_files_hold_no_formula_and_are_read_back(tmp_path):
    of = predictions(cases=NASTY, attributes={"site": tuple(f"={name}" for name in NASTY)})
    path = tmp_path / "cases.csv"
    write_table(per_case(of, (0.5, 0.5), True), path)
    for text in (path.read_text(), csv_bytes(of).decode()):
        assert dangerous(text) == []
        path.write_text(text)
        back = read(path, Reading()).predictions
        assert back.cases == NASTY
        assert next(iter(back.attributes.values())) == of.attributes["site"]


def test_discordant_cases_hold_no_formula():
    file = io.StringIO(newline="")
    one = DiscordantCase(case="=1+1", truth="-ill", called_a="@a", sure_a=0.9, called_b="b", sure_b=0.8,
                         a_is_right=True)  # fmt: skip
    write_cases(file, "=a", "+b", [one])
    assert dangerous(file.getvalue()) == []
