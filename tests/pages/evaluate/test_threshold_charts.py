"""The tabs of charts that depend on the threshold, and what a click on them selects."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.evaluate import threshold_charts
from tests.pages.evaluate.states import state
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.evaluate.threshold_charts import render_threshold_charts

    of = st.session_state["state"]
    render_threshold_charts(of, "ILL", of.current_assessment())


@pytest.fixture
def charts(monkeypatch):
    """Each chart drawn: its alternative text and what is called with a clicked point."""
    seen = []
    monkeypatch.setattr(
        threshold_charts,
        "render_chart_with_table",
        lambda figure, rows, *, key, alt, clicked=None: seen.append((alt, clicked)),
    )
    monkeypatch.setattr(
        threshold_charts, "render_chart", lambda figure, *, key, alt, clicked=None: seen.append((alt, clicked))
    )
    return seen


def drawn(of, tab):
    opened = AppTest.from_function(page, default_timeout=SECONDS)
    opened.session_state["state"] = of
    opened.session_state[f"charts {of.subject.key}"] = tab
    opened.run()
    assert not opened.exception
    return opened


def test_a_click_on_the_roc_curve_sets_the_threshold_and_lists_the_cases_there(charts):
    of = state()
    drawn(of, "ROC")
    ((alt, clicked),) = charts
    assert "area 0.333" in alt  # of six pairs, a wins two
    assert "n 5, 3 positive" in alt
    clicked({"customdata": 0.6})
    assert (of.thresholds, list(of.selected.rows)) == ({"ILL": 0.6}, [2])
    clicked({"customdata": np.inf})  # the curve's end, where nothing is called
    assert of.threshold("ILL") == 1.0
    assert list(of.selected.rows) == []


def test_a_click_on_a_cell_lists_its_cases(charts):
    of = state()
    drawn(of, "Confusion matrix")
    (alt, of_label), (_, of_all) = charts
    assert alt == "Ill at threshold 0.500"
    of_label({"customdata": [0, 1]})
    assert (of.selected.title, list(of.selected.rows)) == ("Ill: false negative at threshold 0.500", [4, 1])
    of_all({"customdata": [1, 0]})
    assert (of.selected.title, list(of.selected.rows)) == ("True label Well, predicted Ill", [2])


@pytest.mark.parametrize("tab", ["ROC", "Precision-recall"])
def test_without_positive_cases_there_is_no_curve(charts, tab):
    opened = drawn(state(exclusive=False, true=np.zeros((5, 2), bool)), tab)
    assert opened.markdown[0].value == "No curve: it needs both positive and negative cases."
    assert charts == []
