from pages.ui.common.charts.chart_with_table import table_html


def test_the_first_column_names_the_rows_and_every_text_is_escaped():
    html = table_html([{"Label": "<b>", "n < 5": "1 & 2"}, {"Label": "other", "n < 5": "3"}], "A > B")
    assert '<th scope="row">&lt;b&gt;</th><td>1 &amp; 2</td>' in html
    assert '<th scope="col">Label</th><th scope="col">n &lt; 5</th>' in html
    assert "<caption>A &gt; B</caption>" in html
    assert html.count("<tr>") == 3


def test_no_rows_give_no_table():
    assert table_html([], "nothing") == ""
