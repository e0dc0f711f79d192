"""The chosen model is one for all pages."""

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from tests.patience import SECONDS

NAVIGATION = ROOT / "pages" / "navigation.py"


@pytest.fixture
def page(untrained_models, monkeypatch, engine):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)


def chosen(page):
    """The model that a page shows, whatever its widget."""
    assert not page.exception
    widgets = [one for one in [*page.selectbox, *page.radio] if one.label == "Model"]
    assert len(widgets) == 1
    return widgets[0].value


def pick(page, model):
    [widget] = [one for one in [*page.selectbox, *page.radio] if one.label == "Model"]
    return widget.set_value(model).run()


OTHERS = ("models.py", "explain.py", "evaluate.py")


def test_the_model_chosen_on_one_page_is_that_of_the_others(page):
    assert chosen(page.run()) == "untrained"
    assert page.query_params["model"] == "untrained"
    pick(page, "untrained-multi")
    for other in OTHERS:
        assert chosen(page.switch_page(other).run()) == "untrained-multi", other
        assert page.query_params["model"] == "untrained-multi"
    pick(page, "untrained")
    assert chosen(page.switch_page("diagnose.py").run()) == "untrained"


def test_every_page_begins_with_the_same_model(page, monkeypatch):
    monkeypatch.setattr("pages.ui.common.model_choice.default_model", lambda cards: "untrained-multi")
    for name in ("diagnose.py", *OTHERS):
        fresh = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
        assert chosen(fresh.switch_page(name).run()) == "untrained-multi", name


def test_a_link_opens_its_model_on_every_page(page):
    for name in ("diagnose.py", *OTHERS):
        linked = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
        linked.query_params["model"] = "untrained-multi"
        assert chosen(linked.switch_page(name).run()) == "untrained-multi", name


def choosing():
    """Choose a model as in the run of a fragment, which draws no picker; else draw the page."""
    import streamlit as st

    from pages.ui.common.installed_models import installed_models
    from pages.ui.common.model_choice import choose_model, prepare_picker

    if (chosen := st.session_state.pop("chosen", None)) is not None:
        choose_model(chosen)
    else:
        prepare_picker(installed_models().cards, "model")


def test_a_choice_is_kept_where_the_page_is_drawn_next_with_the_address_before_it(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    page = AppTest.from_function(choosing, default_timeout=SECONDS)
    page.query_params["model"] = "untrained"
    page.run()
    page.session_state["chosen"] = "untrained-multi"
    page.run()
    page.query_params["model"] = "untrained"  # what the browser had when it asked for the page
    page.run()
    assert page.session_state["model"] == "untrained-multi"
    assert page.query_params["model"] == "untrained-multi"
    page.query_params["model"] = "untrained"  # the reader goes back
    assert page.run().session_state["model"] == "untrained"
