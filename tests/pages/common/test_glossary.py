"""The glossary."""

from streamlit.testing.v1 import AppTest

from pages.ui.common import glossary
from tests.patience import SECONDS


def test_its_words_are_those_of_the_table_with_sentences_of_plain_text():
    words = glossary.words()
    assert "In code only" not in words
    assert words["finding"] == "A label whose probability reaches its cut-off."
    assert next(iter(words)) == "finding"
    assert not any(mark in text for pair in words.items() for text in pair for mark in "`|")


def test_a_search_leaves_the_words_that_fit_and_says_when_none_does():
    def script():
        from pages.ui.common import glossary

        glossary._content()

    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    everything = [element.proto.body for element in page.get("html")]
    assert len(everything) == 3
    page.text_input[0].set_value("AUROC").run()
    [metrics] = [element.proto.body for element in page.get("html")]
    assert "0.5 is chance" in metrics
    page.text_input[0].set_value("<no such word>").run()
    assert page.caption[0].value == "No word of the glossary fits."
