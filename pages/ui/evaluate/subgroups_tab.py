"""Whom it fails: one metric in every group of an attribute, the worst first."""

import math
from html import escape

import numpy as np
import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.metric import Metric
from meddx.evaluate.metric_registry import title
from meddx.evaluate.subgroups import Subgroup, Subgroups, subgroup_columns, subgroups
from pages.ui.common.html import data_table
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.headline_metrics import estimate_cell
from pages.ui.evaluate.page_state import PageState, SelectedCases


def render_subgroups(state: PageState, label: str) -> None:
    """Choice of attribute and metric, and the groups; or that nothing is known of the cases."""
    st.subheader("Whom it fails", anchor=False)
    columns = subgroup_columns(state.subject.predictions)
    if not columns:
        st.write(
            "Nothing is known of these cases that would split them into groups. A file of predictions, or the CSV "
            "file of one's own images, may carry columns such as sex, age and view."
        )
        return
    left, right = st.columns(2)
    key = state.subject.key
    column = left.selectbox("Group by", columns, key=f"column {key}")
    metrics = metric_registry.of_a_label()
    meanings = "  \n".join(f"{metric.title}: {metric.meaning}" for metric in map(metric_registry.row, metrics))
    metric = right.selectbox("Metric", metrics, format_func=title, key=f"metric {key}", help=meanings)
    found = subgroups(
        state.subject.predictions, column, state.subject.thresholds, state.subject.exclusive, metric=metric, label=label
    )
    st.html(subgroups_table(found, state.subject.titles[label]))
    st.caption(_words(found))
    values = [group.value for group in found.groups]
    group_key = f"group {key} {column} {metric} {label}"

    def choose() -> None:
        value = st.session_state[group_key]
        if value is not None:
            state.choose(subgroup_errors(state, found.groups[values.index(value)], column))

    st.pills("List the errors of a group", values, key=group_key, on_change=choose)


def subgroup_errors(state: PageState, group: Subgroup, column: str) -> SelectedCases:
    """The most confident errors among the cases of one group."""
    wrong = case_selection.confident_errors(state).rows
    return SelectedCases(f"Errors where {column} is {group.value}", wrong[np.isin(wrong, group.rows)])


def subgroups_table(found: Subgroups, label: str) -> str:
    """One row a group; HTML."""
    metric = metric_registry.row(found.metric)
    rows = [
        (
            group.value,
            [
                f"{group.number.n:,}",
                _positives(group),
                estimate_cell(metric.name, group.number),
                _difference(metric, group),
            ],
        )
        for group in found.groups
    ]
    caption = f"{title(found.metric)} of {label} by {found.column}, the worst first; groups too small to rely on last"
    head = [escape(found.column), "n", "with it", title(found.metric), "Against all others"]
    return data_table("groups", caption, head, rows)


def _positives(group: Subgroup) -> str:
    return "" if group.number.positives is None else f"{group.number.positives:,}"


def _difference(metric: Metric, group: Subgroup) -> str:
    difference = group.difference
    value = metric.signed(difference.value)
    if math.isnan(difference.low):
        return f'<span class="none">{value}</span>'
    return f"<b>{value}</b><span>{metric.signed(difference.low)} to {metric.signed(difference.high)}</span>"


def _words(found: Subgroups) -> str:
    if math.isnan(found.p):
        return "Too few groups are large enough to ask whether they differ by more than chance."
    return (
        f"If all groups were alike, differences as large as these would be seen with probability {found.p:.3f} "
        "(Cochran's Q). Of many columns, labels and metrics some differ by chance: look for the same in other data."
    )
