"""The precision-recall curve: PPV against sensitivity over all thresholds, with the operating point."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.curves import ThresholdCurve
from pages.ui.common.charts import style
from pages.ui.common.charts.roc_chart import finite_thresholds
from pages.ui.common.charts.table_rows import TableRow, series_column
from pages.ui.common.language.formatting import decimal
from pages.ui.common.language.language import _

RECALLS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
"""Where the table reads the curve."""
_ROUNDING = 1e-12


def precision_recall_figure(
    curves: Mapping[str, ThresholdCurve],
    points: Mapping[str, tuple[float, float]] | None = None,
    prevalence: float | None = None,
) -> style.Figure:
    """Return the curves. curves: name -> result of meddx.evaluate.curves.precision_recall.

    points: name -> operating point (recall, PPV). prevalence: share of positive cases, the precision of chance.
    """
    traces = [] if prevalence is None else [style.reference_line([0, 1], [prevalence, prevalence], _("chance"))]
    for series, (name, curve) in enumerate(curves.items()):
        hover = _("threshold %{customdata:.3f}<br>PPV %{y:.3f}<br>sensitivity %{x:.3f}")
        traces.append(
            style.step_trace(
                name,
                curve.x.tolist(),
                curve.y.tolist(),
                series,
                customdata=finite_thresholds(curve),
                hovertemplate=hover,
                showlegend=len(curves) > 1,
            )
        )
        if points and name in points:
            hover = _("at the threshold<br>PPV %{y:.3f}<br>sensitivity %{x:.3f}") + "<extra></extra>"
            traces.append(style.operating_point_trace(name, *points[name], series, hovertemplate=hover))
    x = style.axis(_("recall (sensitivity)"), **style.UNIT_AXIS)
    y = style.axis(_("precision (PPV)"), **style.UNIT_AXIS)
    return style.line_figure(traces, x, y, showlegend=True, clickmode="event+select")


def precision_recall_rows(curves: Mapping[str, ThresholdCurve]) -> list[TableRow]:
    """Return the rows of the table: highest precision at a recall of at least each of RECALLS, and its threshold."""
    rows = []
    for name, curve in curves.items():
        for recall in RECALLS:
            allowed = np.flatnonzero(curve.x >= recall - _ROUNDING)
            best = allowed[np.argmax(curve.y[allowed])]
            numbers = {
                _("Recall at least"): decimal(recall, 2),
                _("Precision"): decimal(curve.y[best]),
                _("Threshold"): decimal(curve.thresholds[best]),
            }
            rows.append(series_column(name, curves) | numbers)
    return rows
