"""What is left wrong when the cases of which the model is least sure go to a person."""

from collections.abc import Mapping

import numpy as np

from meddx.evaluate.decision_curve import RiskCoverage
from meddx.formatting import decimal, percent, percent_span
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, count_text, series_column

COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5, 0.3)
"""Where the table reads the curve."""


def risk_coverage_figure(curves: Mapping[str, RiskCoverage]) -> style.Figure:
    """Share wrong among the cases that the model answers, over the share that it answers; the band is the interval."""
    traces = []
    for series, (name, curve) in enumerate(curves.items()):
        x = curve.coverage.tolist()
        hidden = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        if len(curves) == 1:
            traces.append(style.line_trace("low", x, curve.low.tolist(), series, **hidden))
            band = style.line_trace("high", x, curve.high.tolist(), series, **hidden)
            traces.append(band | {"fill": "tonexty", "fillcolor": style.series_band_colour(series)})
        said = [
            f"answers {percent(share)}, passes the rest on<br>{percent(risk, 1)} of its answers are wrong"
            for share, risk in zip(x, curve.risk.tolist(), strict=True)
        ]
        words = "%{hovertext}<br>confidence %{customdata:.3f}"
        sure = curve.confidence.tolist()
        traces.append(
            style.line_trace(name, x, curve.risk.tolist(), series, customdata=sure, hovertext=said, hovertemplate=words)
        )
    x_axis = style.axis("share of cases that the model answers", **style.UNIT_AXIS) | {"tickformat": ".0%"}
    y_axis = style.axis("share of its answers that are wrong", rangemode="tozero", tickformat=".0%")
    return style.line_figure(traces, x_axis, y_axis, showlegend=len(curves) > 1)


def risk_coverage_rows(curves: Mapping[str, RiskCoverage]) -> list[TableRow]:
    """The least coverage that reaches each of COVERAGES: what is wrong among the answers, and for whom they are."""
    found = []
    for name, curve in curves.items():
        for coverage in COVERAGES:
            at = int(np.argmax(curve.coverage >= coverage - 1e-9))
            numbers = {
                "Answers": percent(curve.coverage[at], 1),
                "Wrong": percent(curve.risk[at], 1),
                "95 % interval": percent_span(curve.low[at], curve.high[at]),
                "n": count_text(curve.n[at]),
                "When at least so sure": decimal(curve.confidence[at]),
            }
            found.append(series_column(name, curves) | numbers)
    return found
