"""Whether the map on the image may be believed: tested on request, said in words, the numbers a click away."""

import streamlit as st

from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import MapCheck
from pages.ui.common import job_panel
from pages.ui.common.charts.chart_with_table import render_chart, table_html
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.map_check import deletion_chart, verdict_text

MAP_CHECK_TEXT = job_panel.PanelText(
    ask="Test this map",
    help="Hides what the map marks, asks networks with shuffled weights, adds slight noise, looks at other labels and "
    "other methods. Seconds for the quick methods, minutes for the slow ones.",
    running="Preparing the test",
    failed="The map could not be tested",
)


def render_map_check(case: SessionCase, card: Card, label: Label, method: str) -> None:
    """The button, the progress or the verdict on the map of this label by this method."""
    key = (card.id, case.frame, label.name, method)
    arguments = {"data": case.data, "frame": case.frame, "model": card.id, "label": label.name, "method": method}
    name = f"test map {case.id} {key}"

    def draw(found: MapCheck) -> None:
        st.html(verdict_text.verdict_html(found, METHODS[method].title, label.title))
        with st.expander("The numbers"):
            st.html(table_html(verdict_text.measure_rows(found), f"{METHODS[method].title} map of {label.title}"))
            render_chart(deletion_chart.deletion_figure(found), key=f"curve {name}", alt=deletion_chart.DELETION_ALT)

    job_panel.render_job_panel(
        job_panel.JobRequest(case.tests, key, "map_check", arguments, MAP_CHECK_TEXT, name), draw
    )
