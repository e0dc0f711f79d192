"""A chart with its numbers beside it, as every page shows one."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from pages.ui.charts.rows import Row
from pages.ui.charts.style import CONFIG, Figure
from pages.ui.models.text import table

Point = dict[str, Any]
"""What Plotly says of a clicked point: its x, y, customdata."""


def beside(
    figure: Figure, rows: Sequence[Row], *, key: str, alt: str, clicked: Callable[[Point], None] | None = None
) -> None:
    """The figure left, its numbers right; below each other where the window is narrow.

    alt: what the figure shows, for those who do not see it, and the caption of the table. clicked: called before the
    page runs again when a reader has clicked a point.
    """
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        chart(figure, key=key, alt=alt, clicked=clicked)
    with right:
        st.html(numbers(rows, alt))


def chart(figure: Figure, *, key: str, alt: str, clicked: Callable[[Point], None] | None = None) -> None:
    """The figure alone; see beside."""
    if clicked is None:
        st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)
        return
    take = clicked

    def selected() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points and "customdata" in points[0]:
            take(points[0])

    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt, on_select=selected, selection_mode="points")


def numbers(rows: Sequence[Row], caption: str) -> str:
    """Rows as a table; HTML."""
    if not rows:
        return ""
    first, *others = rows[0]
    body = [(row[first], [escape(row[column]) for column in others]) for row in rows]
    return table("figures", caption, [escape(first), *(escape(column) for column in others)], body)
