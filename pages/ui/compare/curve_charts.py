"""ROC, precision-recall and reliability of several systems in one picture, numbers beside it."""

from collections.abc import Callable

import streamlit as st

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from pages.ui.common.charts import calibration_chart, precision_recall_chart, roc_chart
from pages.ui.common.charts.chart_with_table import render_chart_with_table

_POINTS = 400
ROC, PRECISION_RECALL, CALIBRATION = "ROC", "Precision-recall", "Reliability"


def render_curves(aligned: Aligned, label: str, title: str) -> None:
    """The picture that the reader chooses, of one label and its title."""
    column = aligned.labels.index(label)
    scored = [system for system in aligned.systems if system.scored]
    without = [system.title for system in aligned.systems if not system.scored]
    positive = aligned.systems[0].predictions.targets[:, column]
    kind = st.segmented_control(
        "Picture", list(_PICTURES), default=ROC, required=True, key="compare-picture", label_visibility="collapsed"
    )
    if positive.all() or not positive.any():
        st.write("A curve needs cases with the label and without.")
        return
    _PICTURES[str(kind or ROC)](scored, column, f"{title}: {int(positive.sum()):,} of {len(positive):,} cases")
    if without:
        st.caption(f"No curve of {', '.join(without)}: labels without probabilities have one point.")


def _roc(systems: list[System], column: int, words: str) -> None:
    found = {system.title: curves.roc(_ranked(system, column), _POINTS) for system in systems}
    points = {system.title: _operating(system, column)[:2] for system in systems}
    render_chart_with_table(
        roc_chart.roc_figure(found, points), roc_chart.roc_rows(found), key="compare-roc", alt=f"ROC curves of {words}"
    )


def _precision_recall(systems: list[System], column: int, words: str) -> None:
    found = {system.title: curves.precision_recall(_ranked(system, column), _POINTS) for system in systems}
    points = {}
    for system in systems:
        _, recall, precision = _operating(system, column)
        if precision is not None:
            points[system.title] = (recall, precision)
    prevalence = float(systems[0].predictions.targets[:, column].mean())
    picture = precision_recall_chart.precision_recall_figure(found, points, prevalence)
    render_chart_with_table(
        picture,
        precision_recall_chart.precision_recall_rows(found),
        key="compare-pr",
        alt=f"Precision-recall curves of {words}",
    )


def _reliability(systems: list[System], column: int, words: str) -> None:
    found = {
        system.title: curves.calibration_curve(
            system.predictions.probabilities[:, column], system.predictions.targets[:, column], bins=10
        )
        for system in systems
    }
    render_chart_with_table(
        calibration_chart.calibration_figure(found),
        calibration_chart.calibration_rows(found),
        key="compare-cal",
        alt=f"Reliability of {words}",
    )


_PICTURES: dict[str, Callable[[list[System], int, str], None]] = {
    ROC: _roc,
    PRECISION_RECALL: _precision_recall,
    CALIBRATION: _reliability,
}


def _ranked(system: System, column: int) -> RankedScores:
    return RankedScores(system.predictions.probabilities[:, column], system.predictions.targets[:, column])


def _operating(system: System, column: int) -> tuple[float, float, float | None]:
    """False alarm rate, sensitivity and PPV (None when nothing is called) at the system's own threshold."""
    called, true = system.calls[:, column], system.predictions.targets[:, column]
    hits, false = int((called & true).sum()), int((called & ~true).sum())
    ppv = hits / (hits + false) if hits + false else None
    return false / int((~true).sum()), hits / int(true.sum()), ppv
