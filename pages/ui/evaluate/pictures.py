"""Pictures that the threshold moves: scores, ROC, precision and recall, the matrices. Only the open one is drawn."""

import numpy as np
import streamlit as st

from meddx.evaluate import curves
from meddx.evaluate.assessment import Assessment
from pages.ui.charts import confusion, precision_recall, roc, scores
from pages.ui.charts.beside import Point, beside, chart, numbers
from pages.ui.evaluate import choosing
from pages.ui.evaluate.names import short
from pages.ui.evaluate.state import State

POINTS = 300
"""Of a curve as drawn."""


def show(state: State, label: str, assessment: Assessment) -> None:
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


def _scores(state: State, label: str, assessment: Assessment) -> None:
    of, true = state.scores(label), state.true(label)
    groups = {"with it": of[true], "without": of[~true]}
    beside(
        scores.figure(scores.histogram(groups), state.threshold(label), state.own_threshold(label)),
        scores.rows(groups),
        key=_key(state, label, "scores"),
        alt=f"Scores of {state.subject.titles[label]} among cases with it and without; the line is the threshold",
    )


def _roc(state: State, label: str, assessment: Assessment) -> None:
    if _one_sided(state, label):
        return
    of = assessment.per_label[label]
    curve = {state.subject.title: curves.roc(state.ranked(label), POINTS)}
    point = {state.subject.title: (1 - of["specificity"].value, of["recall"].value)}
    area = of["auroc"]
    beside(
        roc.figure(curve, point),
        roc.rows({state.subject.title: curves.roc(state.ranked(label))}),
        key=_key(state, label, "roc"),
        alt=f"ROC curve of {state.subject.titles[label]}: area {area.value:.3f} ({area.low:.3f} to {area.high:.3f}), "
        f"n {area.n:,}, {area.positives:,} with it; the dot is the threshold",
        clicked=lambda point: _to_point(state, label, point),
    )
    st.caption("Click the curve: the threshold moves there, and the cases at that point are listed below.")


def _precision_recall(state: State, label: str, assessment: Assessment) -> None:
    if _one_sided(state, label):
        return
    of = assessment.per_label[label]
    curve = {state.subject.title: curves.precision_recall(state.ranked(label), POINTS)}
    called = not np.isnan(of["precision"].value)
    point = {state.subject.title: (of["recall"].value, of["precision"].value)} if called else None
    mean = of["average precision"]
    beside(
        precision_recall.figure(curve, point, float(state.true(label).mean())),
        precision_recall.rows({state.subject.title: curves.precision_recall(state.ranked(label))}),
        key=_key(state, label, "precision-recall"),
        alt=f"Precision over recall of {state.subject.titles[label]}: average precision {mean.value:.3f} "
        f"({mean.low:.3f} to {mean.high:.3f}), n {mean.n:,}; the dot is the threshold",
        clicked=lambda point: _to_point(state, label, point),
    )


def _confusion(state: State, label: str, assessment: Assessment) -> None:
    many = len(state.subject.labels) > confusion.SPELLED_OUT
    left, right = (st.container(), st.container()) if many else st.columns([1, 1.35], gap="medium")
    title = state.subject.titles[label]
    with left:
        true, called = ["with it", "without"], ["called", "not called"]
        words = f"{title} at {state.threshold(label):.3f}"
        picture, table = st.columns([1, 1.35], gap="medium") if many else (st.container(), st.container())
        with picture:
            chart(
                confusion.figure(assessment.cells[label], true, called),
                key=_key(state, label, "cells"),
                alt=words,
                clicked=lambda point: state.choose(choosing.cell(state, label, *point["customdata"])),
            )
        table.html(numbers(confusion.rows(assessment.cells[label], true, called), words))
    if assessment.confusion is not None:
        with right:
            names = [short(state.subject.titles[name]) for name in state.subject.labels]
            words = "All labels, the most probable being called whatever its threshold"
            chart(
                confusion.figure(assessment.confusion, names),
                key=_key(state, "all labels", "matrix"),
                alt=words,
                clicked=lambda point: state.choose(choosing.pair(state, *point["customdata"])),
            )
            st.html(numbers(confusion.rows(assessment.confusion, names), words))
    st.caption("Click a cell: its cases are listed below.")


def _to_point(state: State, label: str, point: Point) -> None:
    score = float(point["customdata"])
    state.thresholds[label] = min(score, 1.0)
    state.choose(choosing.at_score(state, label, score))


def _one_sided(state: State, label: str) -> bool:
    true = state.true(label)
    if true.all() or not true.any():
        st.write("There is no such curve: cases with the label and cases without are both needed.")
        return True
    return False


def _key(state: State, label: str, picture: str) -> str:
    return f"{picture} {state.subject.key} {label}"
