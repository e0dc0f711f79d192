import ast

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from tests.patience import SECONDS

BOXES = {"selectbox", "radio", "multiselect"}
HERE = ROOT / "pages" / "ui" / "common" / "language" / "choice_boxes.py"


def script():
    import streamlit as st

    from pages.ui.common.language.choice_boxes import multi_select, radio_buttons, select_box
    from pages.ui.common.language.language import language

    spoken = language()

    def title(option):
        return f"{option} in {spoken}"

    shape = select_box("shape", ["round", "square"], index=1, format_func=title, key="shape")
    colour = select_box("colour", ["red", "blue"], index=None, format_func=title, key="colour")
    size = radio_buttons("size", ["small", "large"], format_func=title, key="size")
    places = multi_select("places", ["here", "there"], default=["here"], format_func=title, key="places")
    st.session_state["chosen"] = [shape, colour, size, places]


@pytest.fixture
def page():
    return AppTest.from_function(script, default_timeout=SECONDS).run()


def choose_all(page, language):
    page.selectbox(key=f"shape {language}").set_value("round")
    page.selectbox(key=f"colour {language}").set_value("blue")
    page.radio(key=f"size {language}").set_value("large")
    page.multiselect(key=f"places {language}").set_value(["there", "here"])


CHOSEN = ["round", "blue", "large", ["there", "here"]]


def test_boxes_begin_with_their_defaults(page):
    assert page.session_state["chosen"] == ["square", None, "small", ["here"]]


def test_what_was_chosen_outlives_a_change_of_language_and_the_runs_after_it(page):
    choose_all(page.run(), "en")
    page.run()
    page.session_state["chosen language"] = "zh_CN"
    for _run in range(3):
        assert page.run().session_state["chosen"] == CHOSEN
    assert page.selectbox(key="shape zh_CN").options == ["round in zh_CN", "square in zh_CN"]
    page.session_state["chosen language"] = "en"
    assert page.run().session_state["chosen"] == CHOSEN
    assert not page.warning, "Streamlit warns where a box has a default and a value set for it"


def test_what_is_chosen_in_the_run_that_changes_the_language_counts(page):
    choose_all(page, "en")
    page.session_state["chosen language"] = "zh_CN"
    assert page.run().session_state["chosen"] == CHOSEN


def test_a_choice_after_the_change_counts_and_may_be_taken_back(page):
    choose_all(page, "en")
    page.session_state["chosen language"] = "zh_CN"
    page.run()
    page.selectbox(key="shape zh_CN").set_value("square")
    page.selectbox(key="colour zh_CN").set_value(None)
    page.radio(key="size zh_CN").set_value("small")
    page.multiselect(key="places zh_CN").set_value([])
    for _run in range(2):
        assert page.run().session_state["chosen"] == ["square", None, "small", []]
    page.session_state["chosen language"] = "en"
    assert page.run().session_state["chosen"] == ["square", None, "small", []]


def test_pages_draw_a_box_with_titles_in_this_way_only():
    drawn = {
        f"{path.relative_to(ROOT)}:{node.lineno}": {one.arg for one in node.keywords}
        for path in (ROOT / "pages").rglob("*.py")
        if path != HERE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BOXES
    }
    assert drawn, "those whose options are codes or names of the reader's own"
    assert {where for where, arguments in drawn.items() if "format_func" in arguments} == set()
