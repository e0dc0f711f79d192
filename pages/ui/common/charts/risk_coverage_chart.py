"""The risk-coverage curve: error rate when the model's least confident cases are referred to a reader."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.decision_curve import RiskCoverage
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, count_text, series_column
from pages.ui.common.language.formatting import decimal, percent, percent_span
from pages.ui.common.language.language import _

COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5, 0.3)
"""Where the table reads the curve."""


def risk_coverage_figure(curves: Mapping[str, RiskCoverage]) -> style.Figure:
    """Return the error rate of the cases that the model decides against their share, with the 95 % interval."""
    traces = []
    for series, (name, curve) in enumerate(curves.items()):
        x = curve.coverage.tolist()
        hidden = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        if len(curves) == 1:
            traces.append(style.line_trace("low", x, curve.low.tolist(), series, **hidden))
            band = style.line_trace("high", x, curve.high.tolist(), series, **hidden)
            traces.append(band | {"fill": "tonexty", "fillcolor": style.series_band_colour(series)})
        labels = [
            _("decides {share}, refers the rest<br>error rate {risk}").format(
                share=percent(share), risk=percent(risk, 1)
            )
            for share, risk in zip(x, curve.risk.tolist(), strict=True)
        ]
        hover = "%{hovertext}<br>" + _("confidence at least %{customdata:.3f}")
        confidence = curve.confidence.tolist()
        risk = curve.risk.tolist()
        traces.append(
            style.line_trace(name, x, risk, series, customdata=confidence, hovertext=labels, hovertemplate=hover)
        )
    x_axis = style.axis(_("share of cases decided by the model"), **style.UNIT_AXIS) | {"tickformat": ".0%"}
    y_axis = style.axis(_("error rate of these cases"), rangemode="tozero", tickformat=".0%")
    return style.line_figure(traces, x_axis, y_axis, showlegend=len(curves) > 1)


def risk_coverage_rows(curves: Mapping[str, RiskCoverage]) -> list[TableRow]:
    """Return the rows of the table: error rate at the smallest coverage that reaches each of COVERAGES."""
    rows = []
    for name, curve in curves.items():
        for coverage in COVERAGES:
            at = int(np.argmax(curve.coverage >= coverage - 1e-9))
            numbers = {
                _("Decided by the model"): percent(curve.coverage[at], 1),
                _("Error rate"): percent(curve.risk[at], 1),
                _("95 % interval"): percent_span(curve.low[at], curve.high[at]),
                "n": count_text(curve.n[at]),
                _("Confidence at least"): decimal(curve.confidence[at]),
            }
            rows.append(series_column(name, curves) | numbers)
    return rows
