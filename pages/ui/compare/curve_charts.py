"""Draw the ROC, precision-recall or calibration curves of several systems in one chart with its table."""

from collections.abc import Callable

import streamlit as st

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from pages.ui.common.charts import calibration_chart, precision_recall_chart, roc_chart
from pages.ui.common.charts.chart_with_table import render_chart_with_table
from pages.ui.common.language.formatting import listed
from pages.ui.common.language.language import N_, _, number
from pages.ui.compare.system_titles import title_of

_POINTS = 400
"""Most points of a drawn curve."""
ROC, PRECISION_RECALL, CALIBRATION = N_("ROC"), N_("Precision-recall"), N_("Calibration")


def render_curves(aligned: Aligned, label: str, title: str) -> None:
    """Draw the chart that the reader chooses for one label. title: of the label."""
    column = aligned.labels.index(label)
    scored = [system for system in aligned.systems if system.scored]
    without = [title_of(system) for system in aligned.systems if not system.scored]
    positive = aligned.systems[0].predictions.targets[:, column]
    kind = st.segmented_control(
        _("Chart"), list(_CHARTS), default=ROC, required=True, format_func=_, key="compare-picture",
        label_visibility="collapsed",
    )  # fmt: skip
    if positive.all() or not positive.any():
        st.write(_("No curve: it needs both positive and negative cases."))
        return
    description = _("{label}: {positives} of {n} cases positive").format(
        label=title, positives=number(int(positive.sum())), n=number(len(positive))
    )
    _CHARTS[str(kind or ROC)](scored, column, description)
    if without:
        told = _("No curve for {systems}: without probabilities there is only one operating point.")
        st.caption(told.format(systems=listed(without)))


def _roc(systems: list[System], column: int, description: str) -> None:
    roc_curves = {title_of(system): curves.roc(_ranked(system, column), _POINTS) for system in systems}
    points = {title_of(system): operating_point(system, column)[:2] for system in systems}
    render_chart_with_table(
        roc_chart.roc_figure(roc_curves, points),
        roc_chart.roc_rows(roc_curves),
        key="compare-roc",
        alt=_("ROC curves for {description}").format(description=description),
    )


def _precision_recall(systems: list[System], column: int, description: str) -> None:
    pr_curves = {title_of(system): curves.precision_recall(_ranked(system, column), _POINTS) for system in systems}
    points = {}
    for system in systems:
        recall, precision = operating_point(system, column)[1:]
        if precision is not None:
            points[title_of(system)] = (recall, precision)
    prevalence = float(systems[0].predictions.targets[:, column].mean())
    render_chart_with_table(
        precision_recall_chart.precision_recall_figure(pr_curves, points, prevalence),
        precision_recall_chart.precision_recall_rows(pr_curves),
        key="compare-pr",
        alt=_("Precision-recall curves for {description}").format(description=description),
    )


def _calibration(systems: list[System], column: int, description: str) -> None:
    bins = {
        title_of(system): curves.calibration_curve(
            system.predictions.probabilities[:, column], system.predictions.targets[:, column], bins=10
        )
        for system in systems
    }
    render_chart_with_table(
        calibration_chart.calibration_figure(bins),
        calibration_chart.calibration_rows(bins),
        key="compare-cal",
        alt=_("Calibration curves for {description}").format(description=description),
    )


_CHARTS: dict[str, Callable[[list[System], int, str], None]] = {
    ROC: _roc,
    PRECISION_RECALL: _precision_recall,
    CALIBRATION: _calibration,
}


def _ranked(system: System, column: int) -> RankedScores:
    return RankedScores(system.predictions.probabilities[:, column], system.predictions.targets[:, column])


def operating_point(system: System, column: int) -> tuple[float, float, float | None]:
    """Return false positive rate, sensitivity and PPV (None without positive predictions) at the own threshold.

    column: position of the label, which must have both positive and negative cases.
    """
    predicted, true = system.calls[:, column], system.predictions.targets[:, column]
    true_positives, false_positives = int((predicted & true).sum()), int((predicted & ~true).sum())
    positive_predictions = true_positives + false_positives
    ppv = true_positives / positive_predictions if positive_predictions else None
    return false_positives / int((~true).sum()), true_positives / int(true.sum()), ppv
