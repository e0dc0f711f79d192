"""A table with the parts its columns play."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.columns import find_columns
from meddx.evaluate.external_predictions.numbers_as_text import Numbers
from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.source import Source, complete_rows, without_refused
from meddx.evaluate.external_predictions.table_file import open_table
from meddx.types import Refusal
from tests.evaluate.external_predictions.files import written


def source_of(folder, text, **options):
    table, reading = open_table(written(folder, text))[""], Reading(**options)
    return Source(table, find_columns(table, reading), reading, Numbers(table, reading.decimal))


def test_cases_and_patients_are_those_of_their_columns_or_numbered_rows(tmp_path):
    text = "case,patient,label,a\nx,p,1,.5\ny,p,0,.4\n"
    named, numbered = source_of(tmp_path, text), source_of(tmp_path, text, number_rows=True)
    assert (named.cases(), named.patients()) == (("x", "y"), ("p", "p"))
    assert numbered.cases() == ("row 1", "row 2")
    last = named.only(np.array([False, True]))
    assert (last.cases(), last.table.rows.tolist(), last.numbers.of("a").tolist()) == (("y",), [2], [0.4])


def test_a_case_that_stands_twice_or_has_no_name_is_refused_by_its_row(tmp_path):
    with pytest.raises(Refused, match=r"Row 3, column 'case': the case of row 1 again \(1 rows"):
        source_of(tmp_path, "case,label,a\nx,1,.5\ny,0,.4\nx,0,.1\n").cases()
    with pytest.raises(Refused, match="Row 2, column 'case': it is empty"):
        source_of(tmp_path, "case,label,a\nx,1,.5\n,0,.4\n").cases()


def test_incomplete_rows_are_refused_or_left_out(tmp_path):
    text = "case,label,a\nx,1,.5\ny,,.4\nz,0,\n"

    def complete(**options):
        source = source_of(tmp_path, text, **options)
        return complete_rows(source, ["a"], {"label": source.table.text("label")})

    assert complete(skip_incomplete=True).tolist() == [True, False, False]
    with pytest.raises(Refused, match="Row 3, column 'a': it is empty, as in 1 of 3 rows"):
        complete()


def test_a_score_that_is_no_number_is_refused_even_where_incomplete_rows_are_skipped(tmp_path):
    source = source_of(tmp_path, "case,label,a\nx,1,.5\ny,0,high\n", skip_incomplete=True)
    with pytest.raises(Refused, match="Row 2, column 'a': it must be a number, and in 1 of 2"):
        complete_rows(source, ["a"], {})


def test_rows_that_meddx_refused_are_told_apart_with_rule_and_reason(tmp_path):
    text = "case,true,called,right,refused,a\nx,a,a,1,,.5\ny,,,,no-image: It is none.,\n"
    measured, refused = without_refused(source_of(tmp_path, text))
    assert measured.cases() == ("x",)
    assert refused == {"y": Refusal("no-image", "It is none.")}
