from pages.ui.common import html


def test_texts_are_escaped():
    assert html.page_heading("A & B", "<i>") == '<h1 class="card-title">A &amp; B</h1><p class="summary">&lt;i&gt;</p>'
    assert "<dt>a&lt;</dt><dd>b&amp;</dd>" in html.titled_box("use", "Title", {"a<": "b&"})
    assert "<li>&lt;script&gt;</li>" in html.titled_box("use", "Title", ["<script>"])


def test_a_table_escapes_caption_and_row_names_but_not_its_cells():
    table = html.data_table("kind", "A & B", ["", "n"], [("<row>", ["<b>1</b>"])])
    assert "<caption>A &amp; B</caption>" in table
    assert '<th scope="row">&lt;row&gt;</th><td><b>1</b></td>' in table


def test_side_by_side_keeps_the_order():
    assert html.side_by_side("<p>1</p>", "<p>2</p>") == '<div class="beside"><p>1</p><p>2</p></div>'
