"""Parts as the templates draw them."""

import dataclasses
import re

import pytest
from jinja2 import Environment, PackageLoader

from meddx.export.report_parts import Cell, ReportTable, Section

PARTS = Environment(
    loader=PackageLoader("meddx.export"), autoescape=True, trim_blocks=True, lstrip_blocks=True
).get_template("parts.html")


def drawn(macro, of):
    return re.sub(r"\s*\n\s*", "", str(getattr(PARTS.module, macro)(of))).strip()


def test_a_cell_shows_what_it_has_and_nothing_else():
    assert drawn("cell", Cell()) == ""
    assert drawn("cell", Cell("0.9")) == "<b>0.9</b>"
    assert drawn("cell", Cell(note="no cases")) == "<span>no cases</span>"
    full = drawn("cell", Cell("0.9", "0.8 to 1.0", "few cases"))
    assert re.findall(r"<(b|span|em)>([^<]*)", full) == [("b", "0.9"), ("span", "0.8 to 1.0"), ("em", "few cases")]


def test_a_table_of_numbers_names_its_rows_and_columns_and_escapes_them():
    table = drawn(
        "table", ReportTable("All <cases>", ("Metric", "Value"), [("AUROC", [Cell("0.9")]), ("Brier", ["<0.1"])])
    )
    assert table.startswith('<table class="numbers">')
    assert "<caption>All &lt;cases&gt;</caption>" in table
    assert re.findall(r'<th scope="(\w+)">([^<]*)', table) == [
        ("col", "Metric"), ("col", "Value"), ("row", "AUROC"), ("row", "Brier"),
    ]  # fmt: skip
    assert "<td>&lt;0.1</td>" in table


def test_a_section_needs_no_charts_and_no_part_changes_once_made():
    assert Section("Ill", []).charts == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        Cell("0.9").value = "1.0"
