"""Show one metric in every subgroup of an attribute, the worst first."""

import math
from html import escape

import numpy as np
import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.metric import Metric
from meddx.evaluate.paired.summary_sentences import p_value_text
from meddx.evaluate.subgroups import Subgroup, Subgroups, adjusted, subgroup_columns, subgroups
from pages.ui.common import glossary
from pages.ui.common.html import data_table, missing
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.formatting import paragraph, range_text
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.attribute_words import attribute_text
from pages.ui.evaluate.headline_metrics import estimate_cell
from pages.ui.evaluate.metric_titles import metric_meaning, metric_title
from pages.ui.evaluate.page_state import PageState, SelectedCases


def render_subgroups(state: PageState, label: str) -> None:
    """Draw the choice of attribute and metric and the table of groups; say so where there is no attribute."""
    st.header(_("Performance by subgroup"), anchor=False, help=glossary.meaning("subgroup"))
    columns = subgroup_columns(state.subject.predictions)
    if not columns:
        st.write(
            _(
                "No subgroups: these cases have no attributes. To add them, include columns such as sex, age or view "
                "in the file of scores or in the CSV file of your images."
            )
        )
        return
    left, right = st.columns(2)
    key = state.subject.key
    column = select_box(_("Group by"), columns, format_func=attribute_text, key=f"column {key}", place=left)
    metrics = metric_registry.in_groups()
    meanings = "  \n".join(
        _("{metric}: {meaning}").format(metric=metric_title(metric.name), meaning=metric_meaning(metric))
        for metric in map(metric_registry.row, metrics)
    )
    metric = select_box(_("Metric"), metrics, format_func=metric_title, key=f"metric {key}", help=meanings, place=right)
    result = subgroups(
        state.subject.predictions, column, state.subject.thresholds, state.subject.exclusive, metric=metric, label=label
    )
    state.subgroups[column, metric, label] = result
    result = adjusted([*(one for one in state.subgroups.values() if one is not result), result])[-1]
    st.html(subgroups_table(result, state.subject.label_title(label)))
    st.caption(heterogeneity_sentence(result, len(state.subgroups)))
    values = [group.value for group in result.groups]
    group_key = f"group {key} {column} {metric} {label}"

    def select() -> None:
        value = st.session_state[group_key]
        if value is not None:
            state.select(subgroup_errors(state, result.groups[values.index(value)], column))

    st.pills(_("List the errors in one group"), values, format_func=attribute_text, key=group_key, on_change=select)


def subgroup_errors(state: PageState, group: Subgroup, column: str) -> SelectedCases:
    """Return the errors among the cases of one group, the most confident first."""
    wrong = case_selection.confident_errors(state).rows
    facts = {"column": column, "group": group.value}
    return SelectedCases(N_("Errors where {column} is {group}"), wrong[np.isin(wrong, group.rows)], facts)


def subgroups_table(result: Subgroups, label: str) -> str:
    """Return the table of groups, one a row. label: title of the label; HTML."""
    metric = metric_registry.row(result.metric)
    rows = [
        (
            attribute_text(group.value),
            [
                number(group.number.n),
                _positives(group),
                estimate_cell(metric.name, group.number),
                _difference(metric, group),
            ],
        )
        for group in result.groups
    ]
    caption = _("{metric} for {label} by {column}, worst first; groups with unreliable intervals last").format(
        metric=metric_title(metric.name), label=label, column=attribute_text(result.column)
    )
    head = [
        escape(attribute_text(result.column)),
        "n",
        _("Positive"),
        escape(metric_title(metric.name)),
        _("Difference from all others"),
    ]
    return data_table("groups", caption, head, rows)


def _positives(group: Subgroup) -> str:
    return "" if group.number.positives is None else number(group.number.positives)


def _difference(metric: Metric, group: Subgroup) -> str:
    difference = group.difference
    value = translated(metric.signed(difference.value))
    if math.isnan(difference.low):
        return missing(value)
    limits = range_text(metric.signed_limit(difference.low), metric.signed_limit(difference.high))
    return f"<b>{value}</b><span>{limits}</span>"


def heterogeneity_sentence(result: Subgroups, looked_at: int) -> str:
    """Return what the permutation test says about differences between the groups, and its caution.

    looked_at: how many attributes, metrics and labels were looked at so far; result.p_adjusted is for all of them.
    """
    if math.isnan(result.p):
        return _("Too few groups are large enough to test whether they differ.")
    several = looked_at > 1 and not math.isnan(result.p_adjusted)
    tested = (
        _(
            "Difference between groups: {p} (permutation over patients), {adjusted} adjusted (Holm) for the {n} looked "
            "at here."
        )
        if several
        else _("Difference between groups: {p} (permutation over patients).")
    )
    caution = _(
        "Among many attributes, labels and metrics some p-values are small by chance; confirm a difference in other "
        "data."
    )
    difference = tested.format(
        p=translated(p_value_text(result.p)), adjusted=translated(p_value_text(result.p_adjusted)), n=number(looked_at)
    )
    return paragraph([difference, caution])
