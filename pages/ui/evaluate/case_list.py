"""The chosen cases as a table: what is true, what the model said, how sure it was. A row's image is shown beside it."""

from typing import Any

import pyarrow as pa
import streamlit as st

from pages.ui.evaluate import case_selection
from pages.ui.evaluate.page_state import PageState, SelectedCases

MAX_LISTED = 500
"""Rows of the table; of more cases the first are listed."""


def render_case_list(state: PageState) -> SelectedCases:
    """Heading, table and the way back to the errors; returns the cases, the one of a selected row first."""
    chosen = state.chosen or case_selection.confident_errors(state)
    n, listed = len(chosen.rows), chosen.rows[:MAX_LISTED]
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    line.subheader(chosen.title, anchor=False, width="content")
    if state.chosen is not None:
        line.button("Back to the most confident errors", type="tertiary", on_click=state.choose, args=(None,))
    if not n:
        st.write("There is no such case.")
        return chosen
    of = f"the first {MAX_LISTED:,} of " if n > MAX_LISTED else ""
    st.caption(f"{of}{n:,} of {len(state.subject.predictions):,} cases. Select a row to see its image first.")
    picked = st.dataframe(
        case_table(state, chosen),
        key=f"cases {state.subject.key} {chosen.title}",
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(listed), 320),
        hide_index=True,
        alt=chosen.title,
    )
    selected: list[int] = picked["selection"]["rows"]
    if selected and selected[0] < len(listed):
        first = listed[selected[0]]
        return SelectedCases(chosen.title, pa.array([first, *(row for row in chosen.rows if row != first)]).to_numpy())
    return chosen


def case_table(state: PageState, chosen: SelectedCases) -> pa.Table:
    """One row a case, in the order of `chosen`."""
    predictions, titles = state.subject.predictions, state.subject.titles
    rows = chosen.rows[:MAX_LISTED]
    columns: dict[str, Any] = {"Case": [predictions.cases[row] for row in rows]}
    if predictions.n_patients < len(predictions):
        columns["Patient"] = [predictions.groups[row] for row in rows]
    columns["True"] = [true_titles(state, row) for row in rows]
    columns["Called"] = [called_titles(state, row) for row in rows]
    for column, label in enumerate(predictions.labels):
        columns[f"p {titles[label]}"] = [round(float(predictions.probabilities[row, column]), 4) for row in rows]
    for name, values in predictions.attributes.items():
        columns[name] = [values[row] for row in rows]
    return pa.table(columns)


def true_titles(state: PageState, row: int) -> str:
    """Titles of the labels that are true of a case."""
    subject = state.subject
    true = [
        subject.titles[label]
        for label, is_true in zip(subject.labels, subject.predictions.targets[row], strict=True)
        if is_true
    ]
    return ", ".join(true) or "none"


def called_titles(state: PageState, row: int) -> str:
    """What the model called it: the most probable of exclusive labels, else those at their thresholds."""
    subject, p = state.subject, state.subject.predictions.probabilities[row]
    if subject.exclusive:
        return subject.titles[most_probable(state, row)]
    found = [
        subject.titles[label]
        for label, score in zip(subject.labels, p, strict=True)
        if score >= state.own_threshold(label)
    ]
    return ", ".join(found) or "none"


def most_probable(state: PageState, row: int) -> str:
    """The label."""
    return state.subject.labels[int(state.subject.predictions.probabilities[row].argmax())]
