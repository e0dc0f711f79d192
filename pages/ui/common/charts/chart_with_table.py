"""Draw a chart with its table beside it."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from pages.ui.common.charts.style import CONFIG, Figure
from pages.ui.common.charts.table_rows import TableRow
from pages.ui.common.html import data_table

ClickedPoint = dict[str, Any]
"""A clicked point as Plotly reports it: x, y, customdata."""


def render_chart_with_table(
    figure: Figure,
    rows: Sequence[TableRow],
    *,
    key: str,
    alt: str,
    clicked: Callable[[ClickedPoint], None] | None = None,
) -> None:
    """Draw the figure with its table to the right, or below it in a narrow window.

    alt: alternative text of the figure and caption of the table. clicked: called with a clicked point before the page
    reruns.
    """
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        render_chart(figure, key=key, alt=alt, clicked=clicked)
    with right:
        st.html(table_html(rows, alt))


def render_chart(figure: Figure, *, key: str, alt: str, clicked: Callable[[ClickedPoint], None] | None = None) -> None:
    """Draw the figure alone; arguments as for render_chart_with_table."""
    if clicked is None:
        st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)
        return
    take = clicked

    def selected() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points and "customdata" in points[0]:
            take(points[0])

    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt, on_select=selected, selection_mode="points")


def table_html(rows: Sequence[TableRow], caption: str) -> str:
    """Return the rows as a table, escaped; "" without rows; HTML."""
    if not rows:
        return ""
    first, *others = rows[0]
    body = [(row[first], [escape(row[column]) for column in others]) for row in rows]
    return data_table("figures", caption, [escape(first), *(escape(column) for column in others)], body)
