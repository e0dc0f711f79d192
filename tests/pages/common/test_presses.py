"""A press that a run begins anew under is followed by the next run, and one whose button is gone is forgotten."""

from streamlit.testing.v1 import AppTest

from tests.patience import SECONDS


def _script() -> None:
    import streamlit as st

    from pages.ui.common.presses import forget_presses, was_pressed

    state = st.session_state
    if state.pop("answer arrives", False):
        st.rerun()
    if not state.get("hides", False):
        state["followed"] = state.get("followed", 0) + was_pressed(st.button, "Open", key="open")
    if state.pop("answer arrives late", False):
        st.rerun()
    forget_presses()


def _app() -> AppTest:
    return AppTest.from_function(_script, default_timeout=SECONDS).run()


def test_a_press_is_followed_once():
    app = _app()
    app.button(key="open").click().run()
    assert app.session_state["followed"] == 1
    app.run()
    assert app.session_state["followed"] == 1


def test_a_press_is_followed_where_the_run_begins_anew_before_it_comes_to_the_button():
    app = _app()
    app.session_state["answer arrives"] = True
    app.button(key="open").click().run()
    assert app.session_state["followed"] == 1


def test_a_press_is_followed_once_where_the_run_begins_anew_behind_the_button():
    app = _app()
    app.session_state["answer arrives late"] = True
    app.button(key="open").click().run()
    assert app.session_state["followed"] == 1


def test_a_press_of_a_button_that_is_gone_is_forgotten():
    app = _app()
    app.session_state["hides"] = True
    app.button(key="open").click().run()
    app.session_state["hides"] = False
    app.run()
    assert app.session_state["followed"] == 0
