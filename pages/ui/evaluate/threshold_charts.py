"""Pictures that the threshold moves: scores, ROC, precision and recall, the matrices. Only the open one is drawn."""

import numpy as np
import streamlit as st

from meddx.evaluate import curves
from meddx.evaluate.assessment import Assessment
from pages.ui.common.charts import confusion_chart, precision_recall_chart, roc_chart, score_chart
from pages.ui.common.charts.chart_with_table import ClickedPoint, render_chart, render_chart_with_table, table_html
from pages.ui.evaluate import case_selection
from pages.ui.evaluate.metric_titles import short_title
from pages.ui.evaluate.page_state import PageState

CURVE_POINTS = 300
"""Of a curve as drawn."""


def render_threshold_charts(state: PageState, label: str, assessment: Assessment) -> None:
    """Tabs; a tab's picture is made when it is opened."""
    drawing = {
        "Scores": _scores,
        "ROC": _roc,
        "Precision and recall": _precision_recall,
        "Who was called what": _confusion,
    }
    tabs = st.tabs(list(drawing), key=f"pictures {state.subject.key}", on_change="rerun")
    for tab, draw in zip(tabs, drawing.values(), strict=True):
        if tab.open:
            with tab:
                draw(state, label, assessment)


def _scores(state: PageState, label: str, assessment: Assessment) -> None:
    of, true = state.scores(label), state.true(label)
    groups = {"with it": of[true], "without": of[~true]}
    render_chart_with_table(
        score_chart.histogram_figure(score_chart.histogram(groups), state.threshold(label), state.own_threshold(label)),
        score_chart.histogram_rows(groups),
        key=_key(state, label, "scores"),
        alt=f"Scores of {state.subject.titles[label]} among cases with it and without; the line is the threshold",
    )


def _roc(state: PageState, label: str, assessment: Assessment) -> None:
    if _one_sided(state, label):
        return
    of = assessment.per_label[label]
    curve = {state.subject.title: curves.roc(state.ranked(label), CURVE_POINTS)}
    point = {state.subject.title: (1 - of["specificity"].value, of["recall"].value)}
    area = of["auroc"]
    render_chart_with_table(
        roc_chart.roc_figure(curve, point),
        roc_chart.roc_rows({state.subject.title: curves.roc(state.ranked(label))}),
        key=_key(state, label, "roc"),
        alt=f"ROC curve of {state.subject.titles[label]}: area {area.value:.3f} ({area.low:.3f} to {area.high:.3f}), "
        f"n {area.n:,}, {area.positives:,} with it; the dot is the threshold",
        clicked=lambda point: _to_point(state, label, point),
    )
    st.caption("Click the curve: the threshold moves there, and the cases at that point are listed below.")


def _precision_recall(state: PageState, label: str, assessment: Assessment) -> None:
    if _one_sided(state, label):
        return
    of = assessment.per_label[label]
    curve = {state.subject.title: curves.precision_recall(state.ranked(label), CURVE_POINTS)}
    called = not np.isnan(of["precision"].value)
    point = {state.subject.title: (of["recall"].value, of["precision"].value)} if called else None
    mean = of["average precision"]
    render_chart_with_table(
        precision_recall_chart.precision_recall_figure(curve, point, float(state.true(label).mean())),
        precision_recall_chart.precision_recall_rows(
            {state.subject.title: curves.precision_recall(state.ranked(label))}
        ),
        key=_key(state, label, "precision-recall"),
        alt=f"Precision over recall of {state.subject.titles[label]}: average precision {mean.value:.3f} "
        f"({mean.low:.3f} to {mean.high:.3f}), n {mean.n:,}; the dot is the threshold",
        clicked=lambda point: _to_point(state, label, point),
    )


def _confusion(state: PageState, label: str, assessment: Assessment) -> None:
    many = len(state.subject.labels) > confusion_chart.SPELLED_OUT
    left, right = (st.container(), st.container()) if many else st.columns([1, 1.35], gap="medium")
    title = state.subject.titles[label]
    with left:
        true, called = ["with it", "without"], ["called", "not called"]
        words = f"{title} at {state.threshold(label):.3f}"
        picture, table = st.columns([1, 1.35], gap="medium") if many else (st.container(), st.container())
        with picture:
            render_chart(
                confusion_chart.confusion_figure(assessment.cells[label], true, called),
                key=_key(state, label, "cells"),
                alt=words,
                clicked=lambda point: state.choose(case_selection.matrix_cell(state, label, *point["customdata"])),
            )
        table.html(table_html(confusion_chart.confusion_rows(assessment.cells[label], true, called), words))
    if assessment.confusion is not None:
        with right:
            names = [short_title(state.subject.titles[name]) for name in state.subject.labels]
            words = "All labels, the most probable being called whatever its threshold"
            render_chart(
                confusion_chart.confusion_figure(assessment.confusion, names),
                key=_key(state, "all labels", "matrix"),
                alt=words,
                clicked=lambda point: state.choose(case_selection.label_pair(state, *point["customdata"])),
            )
            st.html(table_html(confusion_chart.confusion_rows(assessment.confusion, names), words))
    st.caption("Click a cell: its cases are listed below.")


def _to_point(state: PageState, label: str, point: ClickedPoint) -> None:
    score = float(point["customdata"])
    state.thresholds[label] = min(score, 1.0)
    state.choose(case_selection.cases_at_score(state, label, score))


def _one_sided(state: PageState, label: str) -> bool:
    true = state.true(label)
    if true.all() or not true.any():
        st.write("There is no such curve: cases with the label and cases without are both needed.")
        return True
    return False


def _key(state: PageState, label: str, picture: str) -> str:
    return f"{picture} {state.subject.key} {label}"
