"""Show one metric in every subgroup of an attribute, the worst first."""

import math
from html import escape

import numpy as np
import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.metric import Metric
from meddx.evaluate.metric_registry import title
from meddx.evaluate.paired.summary_sentences import p_value_text
from meddx.evaluate.subgroups import Subgroup, Subgroups, adjusted, subgroup_columns, subgroups
from pages.ui.common import glossary
from pages.ui.common.html import data_table
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.headline_metrics import estimate_cell
from pages.ui.evaluate.page_state import PageState, SelectedCases


def render_subgroups(state: PageState, label: str) -> None:
    """Draw the choice of attribute and metric and the table of groups; say so where there is no attribute."""
    st.header("Performance by subgroup", anchor=False, help=glossary.meaning("subgroup"))
    columns = subgroup_columns(state.subject.predictions)
    if not columns:
        st.write(
            "No subgroups: these cases have no attributes. To add them, include columns such as sex, age or view in "
            "the file of scores or in the CSV file of your images."
        )
        return
    left, right = st.columns(2)
    key = state.subject.key
    column = left.selectbox("Group by", columns, key=f"column {key}")
    metrics = metric_registry.in_groups()
    meanings = "  \n".join(f"{metric.title}: {metric.meaning}" for metric in map(metric_registry.row, metrics))
    metric = right.selectbox("Metric", metrics, format_func=title, key=f"metric {key}", help=meanings)
    result = subgroups(
        state.subject.predictions, column, state.subject.thresholds, state.subject.exclusive, metric=metric, label=label
    )
    state.subgroups[column, metric, label] = result
    *_, result = adjusted([*(one for one in state.subgroups.values() if one is not result), result])
    st.html(subgroups_table(result, state.subject.titles[label]))
    st.caption(heterogeneity_sentence(result, len(state.subgroups)))
    values = [group.value for group in result.groups]
    group_key = f"group {key} {column} {metric} {label}"

    def select() -> None:
        value = st.session_state[group_key]
        if value is not None:
            state.select(subgroup_errors(state, result.groups[values.index(value)], column))

    st.pills("List the errors in one group", values, key=group_key, on_change=select)


def subgroup_errors(state: PageState, group: Subgroup, column: str) -> SelectedCases:
    """Return the errors among the cases of one group, the most confident first."""
    wrong = case_selection.confident_errors(state).rows
    return SelectedCases(f"Errors where {column} is {group.value}", wrong[np.isin(wrong, group.rows)])


def subgroups_table(result: Subgroups, label: str) -> str:
    """Return the table of groups, one a row. label: title of the label; HTML."""
    metric = metric_registry.row(result.metric)
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
        for group in result.groups
    ]
    caption = f"{metric.title} for {label} by {result.column}, worst first; groups with unreliable intervals last"
    head = [escape(result.column), "n", "Positive", metric.title, "Difference from all others"]
    return data_table("groups", caption, head, rows)


def _positives(group: Subgroup) -> str:
    return "" if group.number.positives is None else f"{group.number.positives:,}"


def _difference(metric: Metric, group: Subgroup) -> str:
    difference = group.difference
    value = metric.signed(difference.value)
    if math.isnan(difference.low):
        return f'<span class="none">{value}</span>'
    return f"<b>{value}</b><span>{metric.signed(difference.low)} to {metric.signed(difference.high)}</span>"


def heterogeneity_sentence(result: Subgroups, looked_at: int) -> str:
    """Return what the permutation test says about differences between the groups, and its caution.

    looked_at: how many attributes, metrics and labels were looked at so far; result.p_adjusted is for all of them.
    """
    if math.isnan(result.p):
        return "Too few groups are large enough to test whether they differ."
    several = looked_at > 1 and not math.isnan(result.p_adjusted)
    return (
        f"Difference between groups: {p_value_text(result.p)} (permutation over patients)"
        + (
            f", {p_value_text(result.p_adjusted)} adjusted (Holm) for the {looked_at} looked at here. "
            if several
            else ". "
        )
        + "Among many attributes, labels and metrics some p-values are small by chance; confirm a difference in other "
        "data."
    )
