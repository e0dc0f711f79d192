"""The precision-recall curve: how many calls are right, against how many of the ill are found."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.curves import Curve
from pages.ui.charts import style
from pages.ui.charts.roc import drawn
from pages.ui.charts.rows import Row, fixed, named

RECALLS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
"""Where the table reads the curve."""
_ROUNDING = 1e-12


def figure(
    curves: Mapping[str, Curve],
    points: Mapping[str, tuple[float, float]] | None = None,
    prevalence: float | None = None,
) -> style.Figure:
    """Curves as meddx.evaluate.curves.precision_recall gives them, by name; points: operating points (recall, PPV).

    prevalence: the share with the label among the cases; calling at random has that precision.
    """
    traces = [] if prevalence is None else [style.reference([0, 1], [prevalence, prevalence], "calling at random")]
    for series, (name, curve) in enumerate(curves.items()):
        words = "threshold %{customdata:.3f}<br>PPV %{y:.3f}<br>sensitivity %{x:.3f}"
        traces.append(
            style.steps(
                name,
                curve.x.tolist(),
                curve.y.tolist(),
                series,
                customdata=drawn(curve),
                hovertemplate=words,
                showlegend=len(curves) > 1,
            )
        )
        if points and name in points:
            words = "at the threshold<br>PPV %{y:.3f}<br>sensitivity %{x:.3f}<extra></extra>"
            traces.append(style.mark(name, *points[name], series, hovertemplate=words))
    x = style.axis("recall (sensitivity)", **style.UNIT)
    y = style.axis("precision (PPV)", **style.UNIT)
    return style.figure(traces, x, y, showlegend=True, clickmode="event+select")


def rows(curves: Mapping[str, Curve]) -> list[Row]:
    """The highest precision at a recall of at least each of RECALLS, and the threshold that gives it."""
    found = []
    for name, curve in curves.items():
        for recall in RECALLS:
            allowed = np.flatnonzero(curve.x >= recall - _ROUNDING)
            best = allowed[np.argmax(curve.y[allowed])]
            numbers = {
                "Recall at least": fixed(recall, 2),
                "Precision": fixed(curve.y[best]),
                "Threshold": fixed(curve.thresholds[best]),
            }
            found.append(named(name, curves) | numbers)
    return found
