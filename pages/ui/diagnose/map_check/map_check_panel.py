"""The check of the heat map on screen, on request: the verdict in words, the numbers behind an expander."""

import streamlit as st

from meddx.engine.contract import MAP_CHECK
from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import MapCheck
from pages.ui.common import job_panel
from pages.ui.common.charts.chart_with_table import render_chart, table_html
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.map_check import deletion_chart, verdict_text


def map_check_text() -> job_panel.PanelText:
    """Return the texts of the panel."""
    return job_panel.PanelText(
        button=_("Check this heat map"),
        help=_(
            "Runs five checks, more than the quick one that ran by itself: hides one area after the other, shuffles "
            "the network's weights, adds slight noise, and compares the map with those of other labels and of other "
            "methods. Takes seconds for quick methods, minutes for slow ones."
        ),
        running=_("Preparing the check"),
        failed=_("The heat map could not be checked"),
    )


def render_map_check(case: SessionCase, card: Card, label: Label, method: str) -> None:
    """Draw the button, the progress, or the verdict on the map of this label by this method."""
    key = (*case.key(card.key), label.name, method)
    arguments = {"data": case.data, "frame": case.frame, "model": card.key, "label": label.name, "method": method}
    arguments |= key[2].arguments()
    element_key = f"map check {case.id} {key}"

    def render_verdict(check: MapCheck) -> None:
        title, of = translated(METHODS[method].title), translated(label.title)
        st.html(verdict_text.verdict_html(check, title, of))
        with st.expander(_("The numbers"), key="map check numbers"):
            st.html(
                table_html(
                    verdict_text.measure_rows(check),
                    _("{method} map of {label}").format(method=title, label=of),
                )
            )
            figure = deletion_chart.deletion_figure(check)
            render_chart(figure, key=f"curve {element_key}", alt=_(deletion_chart.DELETION_ALT))

    request = job_panel.JobRequest(case.map_checks, key, MAP_CHECK, arguments, map_check_text(), element_key)
    job_panel.render_job_panel(request, render_verdict)
