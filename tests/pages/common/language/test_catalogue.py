"""A further language is one file."""

from streamlit.testing.v1 import AppTest

from pages.ui.common.language.catalogue import languages
from pages.ui.common.language.language import language_name
from tests.patience import SECONDS


def test_a_language_is_offered_and_drawn_once_its_file_is_there(write_language):
    write_language("fr", {"Glossary": "Glossaire"})

    assert [language_name(code) for code in languages()] == ["English", "Français"]
    test = AppTest.from_function(_page, default_timeout=SECONDS)
    test.session_state["chosen language"] = "fr"
    test.run()
    assert not test.exception
    assert [button.label for button in test.button] == ["Glossaire"]


def _page():
    from pages.ui.common import glossary

    glossary.render_glossary_button()
