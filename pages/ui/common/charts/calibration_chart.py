"""The calibration curve (reliability diagram): observed frequency by predicted probability, and number of cases."""

from collections.abc import Mapping

from meddx.evaluate.curves import CalibrationCurve
from meddx.evaluate.smooth_calibration import SmoothCalibration
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, count_text, series_column
from pages.ui.common.language.formatting import decimal, span
from pages.ui.common.language.language import _


def calibration_figure(
    bins: Mapping[str, CalibrationCurve], smooth: Mapping[str, SmoothCalibration] | None = None
) -> style.Figure:
    """Return the calibration curves with their 95 % intervals, and below them the density of cases.

    bins: name -> result of meddx.evaluate.curves.calibration_curve. Bins hold equally many cases; below, the area of a
    bin's bar is its share of the cases. smooth: name -> smooth curve; its bins are then points without a line.
    """
    traces = [style.reference_line([0, 1], [0, 1])]
    for series, (name, of) in enumerate(bins.items()):
        above, below = of.observed_high - of.observed, of.observed - of.observed_low
        traces.append(
            style.line_trace(
                name,
                of.confidence.tolist(),
                of.observed.tolist(),
                series,
                mode="markers" if name in (smooth or {}) else "lines+markers",
                marker={"size": 6},
                error_y={
                    "type": "data",
                    "array": above.tolist(),
                    "arrayminus": below.tolist(),
                    "color": style.series_colour(series),
                    "thickness": 1,
                    "width": 3,
                },
                customdata=of.n.tolist(),
                hovertemplate=_("predicted %{x:.3f}<br>observed %{y:.3f}<br>%{customdata} cases"),
            )
        )
        traces.append(_mass(name, of, series))
        if smooth and name in smooth:
            traces += _smooth(name, smooth[name], series)
    x = style.axis(_("predicted probability"), **style.UNIT_AXIS)
    y = style.axis(_("observed frequency"), **style.UNIT_AXIS, domain=[0.3, 1])
    mass = style.axis(_("cases"), domain=[0, 0.2], showticklabels=False, rangemode="tozero")
    return style.line_figure(
        traces, x | {"anchor": "y2"}, y, height=430, yaxis2=mass, showlegend=len(bins) > 1, barmode="overlay"
    )


def _smooth(name: str, of: SmoothCalibration, series: int) -> list[style.Figure]:
    """Return the smooth curve, and its interval as a band."""
    x = of.probability.tolist()
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [*of.high.tolist(), *of.low.tolist()[::-1]],
        "fill": "toself",
        "fillcolor": style.series_colour(series),
        "opacity": 0.2,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    line = style.line_trace(
        name,
        x,
        of.observed.tolist(),
        series,
        showlegend=False,
        hovertemplate=_("predicted %{x:.3f}<br>observed, smooth %{y:.3f}"),
    )
    return [band, line]


def _mass(name: str, of: CalibrationCurve, series: int) -> style.Figure:
    edges = [(low + high) / 2 for low, high in zip(of.high[:-1], of.low[1:], strict=True)]
    left, right = [float(of.low[0]), *edges], [*edges, float(of.high[-1])]
    widths = [max(b - a, 0.004) for a, b in zip(left, right, strict=True)]
    return {
        "type": "bar",
        "name": name,
        "showlegend": False,
        "yaxis": "y2",
        "x": [(a + b) / 2 for a, b in zip(left, right, strict=True)],
        "y": [int(n) / width for n, width in zip(of.n, widths, strict=True)],
        "width": widths,
        "customdata": of.n.tolist(),
        "hovertemplate": _("%{customdata} cases") + "<extra></extra>",
        "marker": {"color": style.series_colour(series), "opacity": 0.6, "line": {"width": 0}},
    }


def calibration_rows(bins: Mapping[str, CalibrationCurve]) -> list[TableRow]:
    """Return the rows of the table, one a bin."""
    return [
        series_column(name, bins)
        | {
            _("Predicted"): decimal(of.confidence[bin_]),
            _("Observed"): decimal(of.observed[bin_]),
            _("95 % interval"): span(of.observed_low[bin_], of.observed_high[bin_]),
            "n": count_text(of.n[bin_]),
        }
        for name, of in bins.items()
        for bin_ in range(len(of.n))
    ]
