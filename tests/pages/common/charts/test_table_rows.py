import math

from pages.ui.common.charts import table_rows


def test_numbers_are_rounded_and_nan_is_named():
    assert table_rows.fixed_text(0.12345) == "0.123"
    assert table_rows.fixed_text(0.12345, 2) == "0.12"
    assert table_rows.percent_cell(0.4567) == "45.7 %"
    assert table_rows.count_text(12345) == "12,345"
    assert table_rows.interval_text(0.1, 0.25, 2) == "0.10 to 0.25"
    for text in (table_rows.fixed_text, table_rows.percent_cell, lambda nan: table_rows.interval_text(nan, nan)):
        assert text(math.nan) == "not defined"


def test_a_column_names_the_series_only_where_there_are_several():
    assert table_rows.series_column("a", ["a"]) == {}
    assert table_rows.series_column("a", ["a", "b"]) == {"": "a"}
