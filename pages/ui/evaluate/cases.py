"""The chosen cases as a table: what is true, what the model said, how sure it was. A row's film is shown beside it."""

from typing import Any

import pyarrow as pa
import streamlit as st

from pages.ui.evaluate import choosing
from pages.ui.evaluate.state import Chosen, State

LISTED = 500
"""Rows of the table; of more cases the first are listed."""


def show(state: State) -> Chosen:
    """Heading, table and the way back to the errors; returns the cases, the one of a selected row first."""
    chosen = state.chosen or choosing.errors(state)
    n, listed = len(chosen.rows), chosen.rows[:LISTED]
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    line.subheader(chosen.title, anchor=False, width="content")
    if state.chosen is not None:
        line.button("Back to the most confident errors", type="tertiary", on_click=state.choose, args=(None,))
    if not n:
        st.write("There is no such case.")
        return chosen
    of = f"the first {LISTED:,} of " if n > LISTED else ""
    st.caption(f"{of}{n:,} of {len(state.subject.predictions):,} cases. Select a row to see its film first.")
    picked = st.dataframe(
        table(state, chosen),
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
        return Chosen(chosen.title, pa.array([first, *(row for row in chosen.rows if row != first)]).to_numpy())
    return chosen


def table(state: State, chosen: Chosen) -> pa.Table:
    """One row a case, in the order of `chosen`."""
    predictions, titles = state.subject.predictions, state.subject.titles
    rows = chosen.rows[:LISTED]
    columns: dict[str, Any] = {"Case": [predictions.cases[row] for row in rows]}
    if predictions.n_patients < len(predictions):
        columns["Patient"] = [predictions.groups[row] for row in rows]
    columns["True"] = [truth(state, row) for row in rows]
    columns["Called"] = [called(state, row) for row in rows]
    for column, label in enumerate(predictions.labels):
        columns[f"p {titles[label]}"] = [round(float(predictions.probabilities[row, column]), 4) for row in rows]
    for name, values in predictions.attributes.items():
        columns[name] = [values[row] for row in rows]
    return pa.table(columns)


def truth(state: State, row: int) -> str:
    """Titles of the labels that are true of a case."""
    subject = state.subject
    true = [
        subject.titles[label]
        for label, is_true in zip(subject.labels, subject.predictions.targets[row], strict=True)
        if is_true
    ]
    return ", ".join(true) or "none"


def called(state: State, row: int) -> str:
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


def most_probable(state: State, row: int) -> str:
    """The label."""
    return state.subject.labels[int(state.subject.predictions.probabilities[row].argmax())]
