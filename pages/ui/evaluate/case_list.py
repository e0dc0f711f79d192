"""List the selected cases in a table: true label, prediction and probabilities."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.ui.common.language.formatting import listed
from pages.ui.common.language.language import _, number
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.attribute_words import attribute_text
from pages.ui.evaluate.page_state import PageState, SelectedCases

MAX_LISTED = 500
"""Most rows in the table; the first of more cases are listed."""


def render_case_list(state: PageState) -> SelectedCases:
    """Draw heading, table and reset button; return the listed cases, that of a selected row first."""
    selection = state.selected or case_selection.confident_errors(state)
    n, listed = len(selection.rows), selection.rows[:MAX_LISTED]
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    line.header(selection.heading, anchor=False, width="content")
    if state.selected is not None:
        line.button(_("Back to the most confident errors"), type="tertiary", on_click=state.select, args=(None,))
    if not n:
        st.write(_("No such cases."))
        return selection
    counted = (
        _("The first {listed} of {n} of {all} cases. Select a row to show its image first.")
        if n > MAX_LISTED
        else _("{n} of {all} cases. Select a row to show its image first.")
    )
    st.caption(counted.format(listed=number(MAX_LISTED), n=number(n), all=number(len(state.subject.predictions))))
    event = st.dataframe(
        case_table(state, selection),
        key=f"cases {state.subject.key} {selection.title}",
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(listed), 320),
        hide_index=True,
        column_config=column_titles(state),
        alt=selection.heading,
    )
    clicked: list[int] = event["selection"]["rows"]
    if clicked and clicked[0] < len(listed):
        first = listed[clicked[0]]
        others = [row for row in selection.rows if row != first]
        return replace(selection, rows=pa.array([first, *others]).to_numpy())
    return selection


def case_table(state: PageState, selection: SelectedCases) -> pa.Table:
    """Return the table, one row a case, at most MAX_LISTED, in the order of `selection`."""
    predictions = state.subject.predictions
    rows = selection.rows[:MAX_LISTED]
    columns: dict[str, Any] = {"case": [predictions.cases[row] for row in rows]}
    if predictions.n_patients < len(predictions):
        columns["patient"] = [predictions.groups[row] for row in rows]
    columns["true"] = [true_titles(state, row) for row in rows]
    columns["predicted"] = [predicted_titles(state, row) for row in rows]
    for column, label in enumerate(predictions.labels):
        columns[f"p {label}"] = [round(float(predictions.probabilities[row, column]), 4) for row in rows]
    for name, values in predictions.attributes.items():
        columns[f"attribute {name}"] = [
            None if (value := values[row]) is None else attribute_text(value) for row in rows
        ]
    return pa.table(columns)


def column_titles(state: PageState) -> dict[str, str]:
    """Return the titles of the table's columns by their names there: two may have one title, such as sex and Sex."""
    titles = {"case": _("Case"), "patient": _("Patient"), "true": _("True"), "predicted": _("Predicted")}
    titles |= {f"p {label}": f"p {state.subject.label_title(label)}" for label in state.subject.labels}
    return titles | {f"attribute {name}": attribute_text(name) for name in state.subject.predictions.attributes}


def true_titles(state: PageState, row: int) -> str:
    """Return the titles of a case's true labels, or "none"."""
    subject = state.subject
    true = [
        subject.label_title(label)
        for label, is_true in zip(subject.labels, subject.predictions.targets[row], strict=True)
        if is_true
    ]
    return listed(true) or _("none")


def predicted_titles(state: PageState, row: int) -> str:
    """Return the titles of the predicted labels: the most probable of exclusive ones, else those at their thresholds.

    "none" where no label reaches its threshold.
    """
    subject, p = state.subject, state.subject.predictions.probabilities[row]
    if subject.exclusive:
        return subject.label_title(most_probable_label(state, row))
    predicted = [
        subject.label_title(label)
        for label, score in zip(subject.labels, p, strict=True)
        if score >= state.own_threshold(label)
    ]
    return listed(predicted) or _("none")


def most_probable_label(state: PageState, row: int) -> str:
    """Return the name of a case's most probable label."""
    return state.subject.labels[int(state.subject.predictions.probabilities[row].argmax())]
