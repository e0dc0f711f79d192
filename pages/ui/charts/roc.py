"""The ROC curve: sensitivity against false alarms over every threshold, with the operating point."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.curves import Curve
from pages.ui.charts import style
from pages.ui.charts.rows import Row, fixed, named

SPECIFICITIES = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
"""Where the table reads the curve."""
_ROUNDING = 1e-12


def figure(curves: Mapping[str, Curve], points: Mapping[str, tuple[float, float]] | None = None) -> style.Figure:
    """Curves as meddx.evaluate.curves.roc gives them, by name; points: operating points (1 - specificity, sensitivity).

    A point of a curve carries its threshold as customdata, so that a click can be told.
    """
    traces = [style.reference([0, 1], [0, 1])]
    for series, (name, curve) in enumerate(curves.items()):
        words = "threshold %{customdata:.3f}<br>sensitivity %{y:.3f}<br>1 − specificity %{x:.3f}"
        traces.append(
            style.line(name, curve.x.tolist(), curve.y.tolist(), series, customdata=drawn(curve), hovertemplate=words)
        )
        if points and name in points:
            words = "at the threshold<br>sensitivity %{y:.3f}<br>1 − specificity %{x:.3f}<extra></extra>"
            traces.append(style.mark(name, *points[name], series, hovertemplate=words))
    x = style.axis("1 − specificity (false alarms)", **style.UNIT)
    y = style.axis("sensitivity", **style.UNIT)
    return style.figure(traces, x, y, showlegend=len(curves) > 1, clickmode="event+select")


def rows(curves: Mapping[str, Curve]) -> list[Row]:
    """The highest sensitivity at a specificity of at least each of SPECIFICITIES, and the threshold that gives it."""
    found = []
    for name, curve in curves.items():
        for specificity in SPECIFICITIES:
            allowed = np.flatnonzero(1 - curve.x >= specificity - _ROUNDING)
            best = allowed[np.argmax(curve.y[allowed])]
            numbers = {
                "Specificity at least": fixed(specificity, 2),
                "Sensitivity": fixed(curve.y[best]),
                "Threshold": fixed(curve.thresholds[best]) if np.isfinite(curve.thresholds[best]) else "calls nobody",
            }
            found.append(named(name, curves) | numbers)
    return found


def drawn(curve: Curve) -> list[float]:
    """The thresholds as numbers that JSON knows: a ROC curve's first is infinite; 1.001 calls nobody either."""
    return [float(threshold) if np.isfinite(threshold) else 1.001 for threshold in curve.thresholds]
