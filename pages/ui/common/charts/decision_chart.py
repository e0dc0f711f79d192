"""The decision curve: net benefit of using a model, compared with treating all or none."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.decision_curve import DecisionCurve
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, series_column
from pages.ui.common.language.formatting import decimal, percent, span
from pages.ui.common.language.language import _

RISKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
"""Where the table reads the curve."""


def decision_figure(curves: Mapping[str, DecisionCurve], tick: float | None = None) -> style.Figure:
    """Return the decision curves by name, with the 95 % interval as a band where there is one curve.

    "Treat all" is that of the first curve. tick: a threshold to mark.
    """
    first = next(iter(curves.values()))
    traces = []
    for series, (name, curve) in enumerate(curves.items()):
        x = curve.thresholds.tolist()
        if len(curves) == 1:
            traces += _band(x, curve, series)
        risks = [_("threshold probability {risk}").format(risk=percent(risk)) for risk in x]
        hover = "%{hovertext}<br>" + _("net benefit %{y:.3f}")
        traces.append(style.line_trace(name, x, curve.model.tolist(), series, hovertext=risks, hovertemplate=hover))
    traces += [
        style.reference_line(first.thresholds.tolist(), first.treat_all.tolist(), _("treat all")),
        style.reference_line([0, 1], [0, 0], _("treat none"), line={"color": style.MUTED_COLOUR, "width": 1}),
    ]
    top = max(float(curve.model.max()) for curve in curves.values())
    lines = [] if tick is None else [style.vertical_line(tick)]
    x_axis = style.axis(_("threshold probability"), **style.UNIT_AXIS) | {"tickformat": ".0%"}
    y_axis = style.axis(_("net benefit"), range=[-0.25 * max(top, 0.02), 1.1 * max(top, 0.02)])
    return style.line_figure(traces, x_axis, y_axis, shapes=lines)


def _band(x: list[float], curve: DecisionCurve, series: int) -> list[style.Figure]:
    hidden = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    low = style.line_trace("low", x, curve.low.tolist(), series, **hidden)
    high = style.line_trace("high", x, curve.high.tolist(), series, **hidden)
    return [low, high | {"fill": "tonexty", "fillcolor": style.series_band_colour(series)}]


def decision_rows(curves: Mapping[str, DecisionCurve]) -> list[TableRow]:
    """Return the rows of the table: net benefit at each of RISKS, and that of treating all."""
    rows = []
    for name, curve in curves.items():
        for risk in RISKS:
            at = int(np.argmin(np.abs(curve.thresholds - risk)))
            numbers = {
                _("Threshold probability"): percent(curve.thresholds[at]),
                _("Net benefit"): decimal(curve.model[at]),
                _("95 % interval"): span(curve.low[at], curve.high[at]),
                _("Treat all"): decimal(curve.treat_all[at]),
            }
            rows.append(series_column(name, curves) | numbers)
    return rows
