"""Whom it fails: one metric in every group of an attribute, the worst first."""

import math
from html import escape

import numpy as np
import streamlit as st

from meddx.evaluate.subgroups import Subgroup, Subgroups, subgroup_columns, subgroups
from pages.ui.common.charts.table_rows import fixed_text, interval_text
from pages.ui.common.html import data_table
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.headline_metrics import estimate_cell
from pages.ui.evaluate.metric_titles import METRIC_MEANINGS, metric_title
from pages.ui.evaluate.page_state import PageState, SelectedCases

SUBGROUP_METRICS = ("auroc", "recall", "specificity", "precision", "npv", "accuracy", "f1", "brier")
METRIC_HELP = "  \n".join(f"{metric_title(name)}: {METRIC_MEANINGS[name]}" for name in SUBGROUP_METRICS)


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
    metric = right.selectbox(
        "Metric", SUBGROUP_METRICS, format_func=metric_title, key=f"metric {key}", help=METRIC_HELP
    )
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
    rows = [
        (group.value, [f"{group.number.n:,}", _positives(group), estimate_cell(group.number), _difference(group)])
        for group in found.groups
    ]
    caption = (
        f"{metric_title(found.metric)} of {label} by {found.column}, the worst first; groups too small to rely on last"
    )
    head = [escape(found.column), "n", "with it", metric_title(found.metric), "Against all others"]
    return data_table("groups", caption, head, rows)


def _positives(group: Subgroup) -> str:
    return "" if group.number.positives is None else f"{group.number.positives:,}"


def _difference(group: Subgroup) -> str:
    difference = group.difference
    if math.isnan(difference.low):
        return f'<span class="none">{fixed_text(difference.value)}</span>'
    return f"<b>{difference.value:+.3f}</b><span>{interval_text(difference.low, difference.high)}</span>"


def _words(found: Subgroups) -> str:
    if math.isnan(found.p):
        return "Too few groups are large enough to ask whether they differ by more than chance."
    return (
        f"If all groups were alike, differences as large as these would be seen with probability {found.p:.3f} "
        "(Cochran's Q). Of many columns, labels and metrics some differ by chance: look for the same in other data."
    )
