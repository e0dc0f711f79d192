"""The decision curve: what acting on a model is worth beside acting on everybody and on nobody."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.decisions import DecisionCurve
from pages.ui.charts import style
from pages.ui.charts.rows import Row, fixed, named, percent, span

RISKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
"""Where the table reads the curve."""


def figure(curves: Mapping[str, DecisionCurve], tick: float | None = None) -> style.Figure:
    """Curves by name, with intervals as a band where there is one; everybody as for the first. tick: a threshold."""
    first = next(iter(curves.values()))
    traces = []
    for series, (name, curve) in enumerate(curves.items()):
        x = curve.thresholds.tolist()
        if len(curves) == 1:
            traces += _band(x, curve, series)
        words = "acting at a risk of %{x:.0%}<br>net benefit %{y:.3f}"
        traces.append(style.line(name, x, curve.model.tolist(), series, hovertemplate=words))
    everybody = style.reference(first.thresholds.tolist(), first.treat_all.tolist(), "act on everybody")
    traces += [everybody, style.reference([0, 1], [0, 0], "on nobody", line={"color": style.QUIET, "width": 1})]
    top = max(float(curve.model.max()) for curve in curves.values())
    lines = [] if tick is None else [style.upright(tick)]
    x_axis = style.axis("risk at which one would act", **style.UNIT) | {"tickformat": ".0%"}
    y_axis = style.axis("net benefit", range=[-0.25 * max(top, 0.02), 1.1 * max(top, 0.02)])
    return style.figure(traces, x_axis, y_axis, shapes=lines)


def _band(x: list[float], curve: DecisionCurve, series: int) -> list[style.Figure]:
    hidden = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    low = style.line("low", x, curve.low.tolist(), series, **hidden)
    high = style.line("high", x, curve.high.tolist(), series, **hidden)
    return [low, high | {"fill": "tonexty", "fillcolor": style.faint(series)}]


def rows(curves: Mapping[str, DecisionCurve]) -> list[Row]:
    """Net benefit at each of RISKS: right calls per case, wrong ones taken off by the odds of that risk."""
    found = []
    for name, curve in curves.items():
        for risk in RISKS:
            at = int(np.argmin(np.abs(curve.thresholds - risk)))
            numbers = {
                "Act at a risk of": percent(curve.thresholds[at], 0),
                "Net benefit": fixed(curve.model[at]),
                "95 % interval": span(curve.low[at], curve.high[at]),
                "On everybody": fixed(curve.treat_all[at]),
            }
            found.append(named(name, curves) | numbers)
    return found
