"""Questions to an engine that may not be up."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.errors import EngineUnavailable
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.evaluate.labelled_images.patience import ask

    st.write(repr(ask(st.session_state["question"].ask)))


@pytest.fixture
def opened():
    """The page on a question that fails so many times, and how often it was asked."""

    def run(fails, error=None):
        question = SimpleNamespace(asked=0)

        def ask():
            question.asked += 1
            if question.asked <= fails:
                raise error or EngineUnavailable("It starts.")
            return 42

        question.ask = ask
        script = AppTest.from_function(page, default_timeout=SECONDS)
        script.session_state["question"] = question
        return script.run(), question

    return run


def test_an_answer_is_returned_at_once(opened):
    script, question = opened(0)
    assert (script.markdown[0].value, question.asked) == ("42", 1)
    assert len(script.get("html")) == 0


def test_an_engine_that_is_not_up_is_said_and_asked_again(opened):
    script, question = opened(2)  # by the page, and by the fragment that repeats the question
    assert (script.markdown[0].value, question.asked) == ("None", 2)
    assert "It starts." in script.get("html")[0].proto.body


def test_once_the_engine_is_up_the_page_runs_again(opened):
    script, question = opened(1)
    assert (script.markdown[0].value, question.asked) == ("42", 3)
    assert len(script.get("html")) == 0


def test_another_error_is_not_waited_for(opened):
    script, question = opened(1, ValueError("wrong"))
    assert (len(script.exception), question.asked) == (1, 1)
