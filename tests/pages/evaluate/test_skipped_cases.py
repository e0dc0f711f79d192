"""Skipped cases by reason and by name."""

from streamlit.testing.v1 import AppTest

from meddx.types import Refusal
from pages.ui.evaluate import skipped_cases
from tests.pages.evaluate.states import state
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.evaluate.skipped_cases import render_skipped_cases

    render_skipped_cases(st.session_state["state"])


def drawn(**refused):
    opened = AppTest.from_function(page, default_timeout=SECONDS)
    opened.session_state["state"] = state(refused={name: Refusal("x", reason) for name, reason in refused.items()})
    opened.run()
    assert not opened.exception
    return opened


def test_where_none_was_skipped_nothing_is_drawn():
    opened = drawn()
    assert (len(opened.expander), len(opened.dataframe)) == (0, 0)


def test_reasons_are_counted_the_most_frequent_first_and_escaped():
    opened = drawn(x="no <b>image", y="is CT", z="is CT")
    assert opened.expander[0].label == "Skipped cases: 3 of 8"  # five were evaluated
    html = opened.get("html")[0].proto.body
    assert 0 < html.index("is CT") < html.index("no &lt;b&gt;image")
    assert list(opened.dataframe[0].value["Case"]) == ["x", "y", "z"]
    assert list(opened.dataframe[0].value["Reason"]) == ["no <b>image", "is CT", "is CT"]
    assert len(opened.caption) == 0


def test_a_long_list_ends_and_says_so(monkeypatch):
    monkeypatch.setattr(skipped_cases, "MAX_SKIPPED", 2)
    opened = drawn(x="a", y="a", z="a")
    assert list(opened.dataframe[0].value["Case"]) == ["x", "y"]
    assert opened.caption[0].value == "The first 2 are listed here; the report lists all."
