"""The ROC curve: sensitivity against false positive rate over all thresholds, with the operating point."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.curves import ThresholdCurve
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, series_column
from pages.ui.common.language.formatting import decimal
from pages.ui.common.language.language import _

SPECIFICITIES = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
"""Where the table reads the curve."""
_ROUNDING = 1e-12


def roc_figure(
    curves: Mapping[str, ThresholdCurve], points: Mapping[str, tuple[float, float]] | None = None
) -> style.Figure:
    """Return the ROC curves. curves: name -> result of meddx.evaluate.curves.roc.

    points: name -> operating point (1 - specificity, sensitivity). Each point of a curve has its threshold as
    customdata, for clicks.
    """
    traces = [style.reference_line([0, 1], [0, 1])]
    for series, (name, curve) in enumerate(curves.items()):
        hover = _("threshold %{customdata:.3f}<br>sensitivity %{y:.3f}<br>1 − specificity %{x:.3f}")
        traces.append(
            style.line_trace(
                name,
                curve.x.tolist(),
                curve.y.tolist(),
                series,
                customdata=finite_thresholds(curve),
                hovertemplate=hover,
            )
        )
        if points and name in points:
            hover = _("at the threshold<br>sensitivity %{y:.3f}<br>1 − specificity %{x:.3f}") + "<extra></extra>"
            traces.append(style.operating_point_trace(name, *points[name], series, hovertemplate=hover))
    x = style.axis(_("1 − specificity (false positive rate)"), **style.UNIT_AXIS)
    y = style.axis(_("sensitivity"), **style.UNIT_AXIS)
    return style.line_figure(traces, x, y, showlegend=len(curves) > 1, clickmode="event+select")


def roc_rows(curves: Mapping[str, ThresholdCurve]) -> list[TableRow]:
    """Return the rows of the table: highest sensitivity at each of SPECIFICITIES or above, and its threshold."""
    rows = []
    for name, curve in curves.items():
        for specificity in SPECIFICITIES:
            allowed = np.flatnonzero(1 - curve.x >= specificity - _ROUNDING)
            best = allowed[np.argmax(curve.y[allowed])]
            numbers = {
                _("Specificity at least"): decimal(specificity, 2),
                _("Sensitivity"): decimal(curve.y[best]),
                _("Threshold"): decimal(curve.thresholds[best])
                if np.isfinite(curve.thresholds[best])
                else _("no positive predictions"),
            }
            rows.append(series_column(name, curves) | numbers)
    return rows


def finite_thresholds(curve: ThresholdCurve) -> list[float]:
    """Return the thresholds with 1.001 instead of infinity, which JSON lacks; neither predicts any positive."""
    return [float(threshold) if np.isfinite(threshold) else 1.001 for threshold in curve.thresholds]
