"""Draw the charts that depend on the threshold: scores, ROC, precision-recall and confusion matrices."""

import numpy as np
import streamlit as st

from meddx.evaluate import curves
from meddx.evaluate.assessment import Assessment
from pages.ui.common.charts import confusion_chart, precision_recall_chart, roc_chart, score_chart
from pages.ui.common.charts.chart_with_table import ClickedPoint, render_chart, render_chart_with_table, table_html
from pages.ui.common.language.language import _, number
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.metric_titles import short_title
from pages.ui.evaluate.page_state import PageState

CURVE_POINTS = 300
"""Most points of a drawn curve."""


def render_threshold_charts(state: PageState, label: str, assessment: Assessment) -> None:
    """Draw the charts as tabs; a chart is drawn only while its tab is open."""
    charts = {
        _("Scores"): _scores,
        _("ROC"): _roc,
        _("Precision-recall"): _precision_recall,
        _("Confusion matrix"): _confusion,
    }
    tabs = st.tabs(list(charts), key=f"charts {state.subject.key}", on_change="rerun")
    for tab, render in zip(tabs, charts.values(), strict=True):
        if tab.open:
            with tab:
                render(state, label, assessment)


def _scores(state: PageState, label: str, assessment: Assessment) -> None:
    scores, true = state.scores(label), state.true(label)
    groups = {_("positive"): scores[true], _("negative"): scores[~true]}
    render_chart_with_table(
        score_chart.histogram_figure(
            score_chart.histogram(groups), _known(state.threshold(label)), _known(state.own_threshold(label))
        ),
        score_chart.histogram_rows(groups),
        key=_key(state, label, "scores"),
        alt=_("Scores for {label} of positive and negative cases; the line is the threshold").format(
            label=state.subject.label_title(label)
        ),
    )


def _roc(state: PageState, label: str, assessment: Assessment) -> None:
    if _one_sided(state, label):
        return
    metrics = assessment.per_label[label]
    curve = {state.subject.heading: curves.roc(state.ranked(label), CURVE_POINTS)}
    specificity, recall = metrics["specificity"].value, metrics["recall"].value
    point = None if np.isnan(specificity + recall) else {state.subject.heading: (1 - specificity, recall)}
    area = metrics["auroc"]
    render_chart_with_table(
        roc_chart.roc_figure(curve, point),
        roc_chart.roc_rows({state.subject.heading: curves.roc(state.ranked(label))}),
        key=_key(state, label, "roc"),
        alt=_(
            "ROC curve of {label}: area {area} ({low} to {high}), n {n}, {positives} positive; the dot is the current "
            "threshold"
        ).format(
            label=state.subject.label_title(label),
            area=f"{area.value:.3f}",
            low=f"{area.low:.3f}",
            high=f"{area.high:.3f}",
            n=number(area.n),
            positives=number(area.positives or 0),
        ),
        clicked=lambda point: _select_point(state, label, point),
    )
    st.caption(_("Click a point on the curve to set the threshold there and list its cases below."))


def _precision_recall(state: PageState, label: str, assessment: Assessment) -> None:
    if _one_sided(state, label):
        return
    metrics = assessment.per_label[label]
    curve = {state.subject.heading: curves.precision_recall(state.ranked(label), CURVE_POINTS)}
    recall, precision = metrics["recall"].value, metrics["precision"].value
    point = None if np.isnan(precision + recall) else {state.subject.heading: (recall, precision)}
    mean = metrics["average precision"]
    render_chart_with_table(
        precision_recall_chart.precision_recall_figure(curve, point, float(state.true(label).mean())),
        precision_recall_chart.precision_recall_rows(
            {state.subject.heading: curves.precision_recall(state.ranked(label))}
        ),
        key=_key(state, label, "precision-recall"),
        alt=_(
            "Precision-recall curve of {label}: average precision {mean} ({low} to {high}), n {n}; the dot is the "
            "current threshold"
        ).format(
            label=state.subject.label_title(label),
            mean=f"{mean.value:.3f}",
            low=f"{mean.low:.3f}",
            high=f"{mean.high:.3f}",
            n=number(mean.n),
        ),
        clicked=lambda point: _select_point(state, label, point),
    )


def _confusion(state: PageState, label: str, assessment: Assessment) -> None:
    many = len(state.subject.labels) > confusion_chart.SPELLED_OUT
    left, right = (st.container(), st.container()) if many else st.columns([1, 1.35], gap="medium")
    title = state.subject.label_title(label)
    with left:
        classes = [_("positive"), _("negative")]
        predictions = [_("predicted positive"), _("predicted negative")]
        if np.isnan(state.threshold(label)):
            st.write(_("No threshold is set for this label: choose one above."))
        else:
            caption = _("{label} at threshold {threshold}").format(
                label=title, threshold=f"{state.threshold(label):.3f}"
            )
            chart, table = st.columns([1, 1.35], gap="medium") if many else (st.container(), st.container())
            with chart:
                render_chart(
                    confusion_chart.confusion_figure(assessment.cells[label], classes),
                    key=_key(state, label, "cells"),
                    alt=caption,
                    clicked=lambda point: state.select(
                        case_selection.cases_in_matrix_cell(state, label, *point["customdata"])
                    ),
                )
            rows = confusion_chart.confusion_rows(assessment.cells[label], classes, predictions)
            table.html(table_html(rows, caption))
    if assessment.confusion is not None:
        with right:
            names = [short_title(state.subject.label_title(name)) for name in state.subject.labels]
            caption = _("All labels; the prediction is the most probable label, regardless of thresholds")
            render_chart(
                confusion_chart.confusion_figure(assessment.confusion, names),
                key=_key(state, "all labels", "matrix"),
                alt=caption,
                clicked=lambda point: state.select(case_selection.cases_of_label_pair(state, *point["customdata"])),
            )
            st.html(table_html(confusion_chart.confusion_rows(assessment.confusion, names), caption))
    st.caption(_("Click a cell to list its cases below."))


def _known(threshold: float) -> float | None:
    return None if np.isnan(threshold) else threshold


def _select_point(state: PageState, label: str, point: ClickedPoint) -> None:
    score = float(point["customdata"])
    state.thresholds[label] = min(score, 1.0)
    state.select(case_selection.cases_at_score(state, label, score))


def _one_sided(state: PageState, label: str) -> bool:
    true = state.true(label)
    if true.all() or not true.any():
        st.write(_("No curve: it needs both positive and negative cases."))
        return True
    return False


def _key(state: PageState, label: str, chart: str) -> str:
    return f"{chart} {state.subject.key} {label}"
