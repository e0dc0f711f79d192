"""The decision curve: what acting on a model is worth beside acting on everybody and on nobody."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.decision_curve import DecisionCurve
from meddx.formatting import decimal, percent, span
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, series_column

RISKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
"""Where the table reads the curve."""


def decision_figure(curves: Mapping[str, DecisionCurve], tick: float | None = None) -> style.Figure:
    """Curves by name, with intervals as a band where there is one; everybody as for the first. tick: a threshold."""
    first = next(iter(curves.values()))
    traces = []
    for series, (name, curve) in enumerate(curves.items()):
        x = curve.thresholds.tolist()
        if len(curves) == 1:
            traces += _band(x, curve, series)
        risks = [f"acting at a risk of {percent(risk)}" for risk in x]
        words = "%{hovertext}<br>net benefit %{y:.3f}"
        traces.append(style.line_trace(name, x, curve.model.tolist(), series, hovertext=risks, hovertemplate=words))
    everybody = style.reference_line(first.thresholds.tolist(), first.treat_all.tolist(), "act on everybody")
    traces += [
        everybody,
        style.reference_line([0, 1], [0, 0], "on nobody", line={"color": style.MUTED_COLOUR, "width": 1}),
    ]
    top = max(float(curve.model.max()) for curve in curves.values())
    lines = [] if tick is None else [style.vertical_line(tick)]
    x_axis = style.axis("risk at which one would act", **style.UNIT_AXIS) | {"tickformat": ".0%"}
    y_axis = style.axis("net benefit", range=[-0.25 * max(top, 0.02), 1.1 * max(top, 0.02)])
    return style.line_figure(traces, x_axis, y_axis, shapes=lines)


def _band(x: list[float], curve: DecisionCurve, series: int) -> list[style.Figure]:
    hidden = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    low = style.line_trace("low", x, curve.low.tolist(), series, **hidden)
    high = style.line_trace("high", x, curve.high.tolist(), series, **hidden)
    return [low, high | {"fill": "tonexty", "fillcolor": style.series_band_colour(series)}]


def decision_rows(curves: Mapping[str, DecisionCurve]) -> list[TableRow]:
    """Net benefit at each of RISKS: right calls per case, wrong ones taken off by the odds of that risk."""
    found = []
    for name, curve in curves.items():
        for risk in RISKS:
            at = int(np.argmin(np.abs(curve.thresholds - risk)))
            numbers = {
                "Act at a risk of": percent(curve.thresholds[at]),
                "Net benefit": decimal(curve.model[at]),
                "95 % interval": span(curve.low[at], curve.high[at]),
                "On everybody": decimal(curve.treat_all[at]),
            }
            found.append(series_column(name, curves) | numbers)
    return found
