"""Prediction sets: observed and target coverage of each class, and the size of the sets."""

from collections.abc import Mapping

from meddx.evaluate.prediction_sets import PredictionSets
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, count_text, series_column
from pages.ui.common.language.formatting import percent, percent_span
from pages.ui.common.language.language import _


def coverage_figure(sets: Mapping[str, PredictionSets], titles: Mapping[str, str]) -> style.Figure:
    """Return the observed coverage of each class with its 95 % interval, and a line at the target coverage."""
    traces = []
    for series, (name, of) in enumerate(sets.items()):
        labels, numbers = list(of.coverage), list(of.coverage.values())
        errors = {
            "type": "data",
            "array": [number.high - number.value for number in numbers],
            "arrayminus": [number.value - number.low for number in numbers],
            "color": style.series_colour(series),
            "thickness": 1.5,
            "width": 4,
        }
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [number.value for number in numbers],
                "y": [titles[label] for label in labels],
                "error_x": errors,
                "marker": {"color": style.series_colour(series), "size": 10},
                "hovertext": [
                    _("{share} of {count} cases").format(share=percent(number.value, 1), count=count_text(number.n))
                    for number in numbers
                ],
                "hovertemplate": "%{y}: %{hovertext}<extra></extra>",
            }
        )
    targets = {of.target_coverage for of in sets.values() if of.target_coverage is not None}
    lines = [style.vertical_line(target) for target in targets]
    x = style.axis(_("observed coverage"), tickformat=".0%", range=[0, 1.02])
    y = style.axis("", autorange="reversed")
    height = 130 + 46 * len(titles)
    return style.line_figure(traces, x, y, height, showlegend=len(sets) > 1, shapes=lines)


def coverage_rows(sets: Mapping[str, PredictionSets], titles: Mapping[str, str]) -> list[TableRow]:
    """Return the rows of the coverage table, one a class."""
    return [
        series_column(name, sets)
        | {
            _("Class"): titles[label],
            _("Observed coverage"): percent(number.value, 1),
            _("95 % interval"): percent_span(number.low, number.high),
            _("Target coverage"): _("not stated") if of.target_coverage is None else percent(of.target_coverage),
            "n": count_text(number.n),
        }
        for name, of in sets.items()
        for label, number in of.coverage.items()
    ]


def set_size_figure(sets: Mapping[str, PredictionSets]) -> style.Figure:
    """Return the number of cases whose set has 0, 1, 2 ... labels."""
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(range(len(of.sizes))),
            "y": [int(size) for size in of.sizes],
            "marker": {"color": style.series_colour(series)},
            "hovertemplate": _("%{x} labels: %{y} cases") + "<extra></extra>",
        }
        for series, (name, of) in enumerate(sets.items())
    ]
    x = style.axis(_("prediction-set size (labels)"), dtick=1, showgrid=False)
    return style.line_figure(traces, x, style.axis(_("cases"), rangemode="tozero"), 260, showlegend=len(sets) > 1)


def set_size_rows(sets: Mapping[str, PredictionSets]) -> list[TableRow]:
    """Return the rows of the size table, one a size."""
    return [
        series_column(name, sets)
        | {_("Set size"): str(size), _("Cases"): count_text(cases), _("Share"): percent(cases / of.sizes.sum(), 1)}
        for name, of in sets.items()
        for size, cases in enumerate(of.sizes)
    ]
