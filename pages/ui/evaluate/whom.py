"""Whom it fails: one metric in every group of an attribute, the worst first."""

import math
from html import escape

import numpy as np
import streamlit as st

from meddx.evaluate.subgroups import Group, Subgroups, subgroup_columns, subgroups
from pages.ui.charts.rows import fixed, span
from pages.ui.evaluate import choosing
from pages.ui.evaluate.headline import cell
from pages.ui.evaluate.names import MEANINGS, title
from pages.ui.evaluate.state import Chosen, State
from pages.ui.models.text import table

METRICS = ("auroc", "recall", "specificity", "precision", "npv", "accuracy", "f1", "brier")
HELP = "  \n".join(f"{title(name)}: {MEANINGS[name]}" for name in METRICS)


def show(state: State, label: str) -> None:
    """Choice of attribute and metric, and the groups; or that nothing is known of the cases."""
    st.subheader("Whom it fails", anchor=False)
    columns = subgroup_columns(state.subject.predictions)
    if not columns:
        st.write(
            "Nothing is known of these cases that would split them into groups. A file of predictions, or the CSV "
            "file of one's own films, may carry columns such as sex, age and view."
        )
        return
    left, right = st.columns(2)
    key = state.subject.key
    column = left.selectbox("Group by", columns, key=f"column {key}")
    metric = right.selectbox("Metric", METRICS, format_func=title, key=f"metric {key}", help=HELP)
    found = subgroups(
        state.subject.predictions, column, state.subject.thresholds, state.subject.exclusive, metric=metric, label=label
    )
    st.html(groups_table(found, state.subject.titles[label]))
    st.caption(_words(found))
    values = [group.value for group in found.groups]
    group_key = f"group {key} {column} {metric} {label}"

    def choose() -> None:
        value = st.session_state[group_key]
        if value is not None:
            state.choose(errors_of(state, found.groups[values.index(value)], column))

    st.pills("List the errors of a group", values, key=group_key, on_change=choose)


def errors_of(state: State, group: Group, column: str) -> Chosen:
    """The most confident errors among the cases of one group."""
    wrong = choosing.errors(state).rows
    return Chosen(f"Errors where {column} is {group.value}", wrong[np.isin(wrong, group.rows)])


def groups_table(found: Subgroups, label: str) -> str:
    """One row a group; HTML."""
    rows = [
        (group.value, [f"{group.number.n:,}", _positives(group), cell(group.number), _difference(group)])
        for group in found.groups
    ]
    caption = f"{title(found.metric)} of {label} by {found.column}, the worst first; groups too small to rely on last"
    head = [escape(found.column), "n", "with it", title(found.metric), "Against all others"]
    return table("groups", caption, head, rows)


def _positives(group: Group) -> str:
    return "" if group.number.positives is None else f"{group.number.positives:,}"


def _difference(group: Group) -> str:
    difference = group.difference
    if math.isnan(difference.low):
        return f'<span class="none">{fixed(difference.value)}</span>'
    return f"<b>{difference.value:+.3f}</b><span>{span(difference.low, difference.high)}</span>"


def _words(found: Subgroups) -> str:
    if math.isnan(found.p):
        return "Too few groups are large enough to ask whether they differ by more than chance."
    return (
        f"If all groups were alike, differences as large as these would be seen with probability {found.p:.3f} "
        "(Cochran's Q). Of many columns, labels and metrics some differ by chance: look for the same in other data."
    )
