from pages.ui.common.charts import table_rows


def test_counts_have_thousands_separators():
    assert table_rows.count_text(12345) == "12,345"


def test_a_column_names_the_series_only_where_there_are_several():
    assert table_rows.series_column("a", ["a"]) == {}
    assert table_rows.series_column("a", ["a", "b"]) == {"": "a"}
